/** What the network of one instance is built from. Two instances on one machine differ in all of it. */
export interface NetworkConfig {
  /** The interface pods are on. */
  bridge: string
  /** Name of the table in the family `inet`. */
  nftTable: string
  podCIDR: string
  serviceCIDR: string
  clusterDomain: string
  /** The node's InternalIP. */
  nodeIP: string
  nodeName: string
  /** ClusterIP of Service `kube-system/kube-dns`; the name server listens there. */
  dnsIP: string
  /** TCP ports of this instance's own services and its ingress: no Service may claim them on the node's address. */
  ports: { api: number; platform: number; registry: number; http: number; https: number }
}
