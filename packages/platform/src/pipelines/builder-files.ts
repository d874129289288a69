/** How buildah reaches registries from a build's pod. */
export interface Registries {
  /** Our registry, as it is called in image names. */
  registryHost: string
  /** Whether Docker Hub answered lately: then its images come first and ours only stand in. */
  hubReachable: boolean
}

/**
 * registries.conf(5). Short names mean Docker Hub, as everywhere. Its official images also exist in our registry as far
 * as the instance has them (`library/debian` at least), so that a machine without a way to Docker Hub builds too.
 */
export function registriesFile({ registryHost, hubReachable }: Registries): string {
  const hub = 'docker.io/library'
  const ours = `${registryHost}/library`
  // Mirrors are tried in order, then the location itself.
  const [first, last] = hubReachable ? [hub, ours] : [ours, hub]
  const insecure = (location: string) => (location === ours ? '\ninsecure = true' : '')
  return `unqualified-search-registries = ["docker.io"]
short-name-mode = "permissive"

[[registry]]
prefix = "${hub}"
location = "${last}"${insecure(last)}

[[registry.mirror]]
location = "${first}"${insecure(first)}

[[registry]]
location = "${registryHost}"
insecure = true
`
}

/** Any image may be used; what may be deployed is decided elsewhere. */
export const policyFile = '{"default":[{"type":"insecureAcceptAnything"}]}\n'
