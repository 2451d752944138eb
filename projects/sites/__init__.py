"""How a project gets its geometry: the ground it stands on and the rungs of the ladder that ``projects.siting`` climbs."""
