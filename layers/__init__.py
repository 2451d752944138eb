"""What is built: rail, highway, waterway, airport and energy lines, and the network, times and densities they make."""
