"""`stackkit demo`: the main job from start to end, on real files, in a temporary workspace."""
