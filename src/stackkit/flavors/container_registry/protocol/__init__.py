"""The distribution protocol of OCI registries."""
