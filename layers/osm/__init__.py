"""OpenStreetMap as layers: rail, roads, waterways, airports, power and pipelines with their stage, and a road network to travel on."""
