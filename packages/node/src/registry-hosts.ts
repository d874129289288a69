import { toml } from './containerd-config.ts'

/** How the container runtime reaches one registry. */
export interface RegistryHost {
  /** As image names say it, with the port: `registry.sampan-system.svc:5000`. */
  host: string
  /** Where it really is: `http://127.0.0.1:5000`. Plain HTTP is allowed. */
  url: string
}

/** Name of the folder containerd looks in: the host as image names say it. */
export const registryFolder = ({ host }: RegistryHost) => host

/**
 * The text of that folder's `hosts.toml`. The server is the same place: asked by the name in images, which only pods
 * resolve, an image that does not exist would be reported as a name that does not.
 */
export const registryHosts = ({ url }: RegistryHost): string => `server = ${toml(url)}

[host.${toml(url)}]
  capabilities = ["pull", "resolve"]
`
