import type { ConfigMap } from '@sampan/resources/core/config-map'
import type { Secret } from '@sampan/resources/core/secret'
import type { Service } from '@sampan/resources/core/service'
import type { EndpointSlice } from '@sampan/resources/discovery/endpoint-slice'
import type { Ingress } from '@sampan/resources/networking/ingress'
import type { IngressClass } from '@sampan/resources/networking/ingress-class'
import type { IsLeaving } from '../services/endpoints.ts'

/** Reads for one look at the cluster; any of them may be a moment old. */
export interface IngressView {
  ingresses: readonly Ingress[]
  classes: readonly IngressClass[]
  service(namespace: string, name: string): Service | undefined
  slices(namespace: string, name: string): readonly EndpointSlice[]
  secret(namespace: string, name: string): Secret | undefined
  configMap?(namespace: string, name: string): ConfigMap | undefined
  /** Of a name outside the cluster; empty while it is not known. */
  addressesOf(name: string): readonly string[]
  isLeaving?: IsLeaving
}

/** Everything nginx has to know, by the keys of its shared dictionary (see `data.lua`), and what to tell whom. */
export interface IngressData {
  entries: Map<string, string>
  /** File name under `auth/` → user list. */
  userFiles: Map<string, string>
  /** What was left out of which Ingress. */
  problems: { ingress: Ingress; reason: string; message: string }[]
  /** The Ingresses that are ours: they get an address in their status. */
  ours: Ingress[]
  /** Services whose endpoints matter: service key → where it looks them up. */
  backends: Map<string, Backend>
}

/** Where one backend's endpoints come from. */
export interface Backend {
  namespace: string
  name: string
  port: number | string
  usesClusterIP: boolean
}
