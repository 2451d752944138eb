"""What is planned: reading plans, the project register, siting, targets and their assessment."""
