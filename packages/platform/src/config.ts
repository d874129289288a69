/** What the platform has to know of the instance it serves. Structural: `apps/server` passes its own, larger value. */
export interface PlatformConfig {
  home: string
  name: string
  nodeIP: string
  ports: { platform: number; registry: number; http: number; https: number }
  network: { dnsIP: string; clusterDomain: string; podCIDR: string; serviceCIDR: string }
  /** Apps answer at `<app>-<environment>.<project>.<domain>`. */
  domain: string
  /** Where people and pods reach the platform, without a slash at the end. */
  platformURL: string
  /** `host:port` in image names, as pods and containerd know the registry. */
  registryHost: string
}

/** Namespace of the platform's own objects and system pods. */
export const systemNamespace = 'sampan-system'
/** Namespace of build pods; tenants have no rights there. */
export const buildNamespace = 'sampan-builds'
/** Members may do everything, everywhere. */
export const adminsGroup = 'sampan:admins'
/** Name of the image pull Secret in every environment namespace. */
export const pullSecretName = 'sampan-registry'
