"""Travel-time surfaces: the time to the nearest place from every cell of a grid, over roads, ground and networks."""

from layers.surface.agreement import Agreement, network_agreement, road_network_agreement
from layers.surface.assumptions import SurfaceAssumptions, tobler_slowdown
from layers.surface.cog import write_geotiff
from layers.surface.contours import least_at_edge, surface_isochrones
from layers.surface.cost_distance import NO_SOURCE, cost_distance, cost_distances
from layers.surface.friction import REFERENCE, Friction, friction_of, road_speeds, slope_of
from layers.surface.grid import Grid, forecast_bytes, grid_of
from layers.surface.links import Links
from layers.surface.rasters import UserRaster, read_raster
from layers.surface.road_links import network_links, open_cells, road_network_links
from layers.surface.surfaces import Surface, SurfaceModel, place_surfaces, travel_time_surface
from layers.surface.zones import COVERED_SHARE, SURFACE_ZONES, zonal_statistics

__all__ = [
    "COVERED_SHARE",
    "NO_SOURCE",
    "REFERENCE",
    "SURFACE_ZONES",
    "Agreement",
    "Friction",
    "Grid",
    "Links",
    "Surface",
    "SurfaceAssumptions",
    "SurfaceModel",
    "UserRaster",
    "cost_distance",
    "cost_distances",
    "forecast_bytes",
    "friction_of",
    "grid_of",
    "least_at_edge",
    "network_agreement",
    "network_links",
    "open_cells",
    "place_surfaces",
    "read_raster",
    "road_network_agreement",
    "road_network_links",
    "road_speeds",
    "slope_of",
    "surface_isochrones",
    "tobler_slowdown",
    "travel_time_surface",
    "write_geotiff",
    "zonal_statistics",
]
