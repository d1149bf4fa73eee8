# docker buildx bake                 the image of this machine's kind, as docker-compose.yml uses it
# docker buildx bake release --push  for both kinds of machine, with its list of contents (SBOM) and its provenance

# Filled in by the release workflow: names and labels.
target "docker-metadata-action" {
  tags = ["openrouter-free-pool"]
}

target "image" {
  context    = "."
  dockerfile = "Dockerfile"
}

target "local" {
  inherits = ["image"]
  tags     = ["openrouter-free-pool"]
}

target "release" {
  inherits  = ["image", "docker-metadata-action"]
  platforms = ["linux/amd64", "linux/arm64"]
  attest    = ["type=sbom", "type=provenance,mode=max"]
}

group "default" {
  targets = ["local"]
}
