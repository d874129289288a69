export interface PodNetwork {
  /** Also the name of the network, so that two instances never share addresses. */
  bridge: string
  podCIDR: string
  /** Where taken addresses are written down: must be gone after a reboot, as the pods are. */
  dataDir: string
  mtu?: number
}

/**
 * The text of the CNI configuration: every pod gets an address of `podCIDR` on the bridge and a default route to it.
 * hostPorts and masquerading are the service network's business (one nftables table), so no iptables is needed.
 */
export function cniConfig({ bridge, podCIDR, dataDir, mtu }: PodNetwork): string {
  const config = {
    cniVersion: '0.4.0',
    name: bridge,
    plugins: [
      {
        type: 'bridge',
        bridge,
        isGateway: true,
        isDefaultGateway: true,
        hairpinMode: true,
        ipMasq: false,
        ...(mtu !== undefined && { mtu }),
        ipam: { type: 'host-local', dataDir, ranges: [[{ subnet: podCIDR }]] },
      },
    ],
  }
  return `${JSON.stringify(config, null, 2)}\n`
}
