import { bool, int, list, map, message, sub, text, texts } from '../cri/wire.ts'

/** The parts of CSI `csi.v1` and of plugin registration that a node speaks; field numbers are the protocols'. */

const nothing = message({})

const mountVolume = message({ fsType: text(1), mountFlags: texts(2), volumeMountGroup: text(3) })
export const volumeCapability = message({
  block: sub(1, nothing),
  mount: sub(2, mountVolume),
  accessMode: sub(3, message({ mode: int(1) })),
})

export const nodeCapabilities = { stage: 1, stats: 2, expand: 3, mountGroup: 6 } as const
export const usageUnits = { bytes: 1, inodes: 2 } as const

/** As the protocol numbers them. A claim says who may write; a driver may or may not know the single-pod kinds. */
export const accessModes: Readonly<Record<string, number>> = {
  ReadWriteOnce: 1,
  ReadOnlyMany: 3,
  ReadWriteMany: 5,
  ReadWriteOncePod: 1,
}

export const csiCalls = {
  'csi.v1.Identity/GetPluginInfo': [nothing, message({ name: text(1), vendorVersion: text(2) })],
  'csi.v1.Node/NodeGetInfo': [
    nothing,
    message({ nodeId: text(1), maxVolumesPerNode: int(2), accessibleTopology: sub(3, message({ segments: map(1) })) }),
  ],
  'csi.v1.Node/NodeGetCapabilities': [
    nothing,
    message({ capabilities: list(1, message({ rpc: sub(1, message({ type: int(1) })) })) }),
  ],
  'csi.v1.Node/NodeStageVolume': [
    message({
      volumeId: text(1),
      publishContext: map(2),
      stagingTargetPath: text(3),
      volumeCapability: sub(4, volumeCapability),
      secrets: map(5),
      volumeContext: map(6),
    }),
    nothing,
  ],
  'csi.v1.Node/NodeUnstageVolume': [message({ volumeId: text(1), stagingTargetPath: text(2) }), nothing],
  'csi.v1.Node/NodePublishVolume': [
    message({
      volumeId: text(1),
      publishContext: map(2),
      stagingTargetPath: text(3),
      targetPath: text(4),
      volumeCapability: sub(5, volumeCapability),
      readonly: bool(6),
      secrets: map(7),
      volumeContext: map(8),
    }),
    nothing,
  ],
  'csi.v1.Node/NodeUnpublishVolume': [message({ volumeId: text(1), targetPath: text(2) }), nothing],
  'csi.v1.Node/NodeGetVolumeStats': [
    message({ volumeId: text(1), volumePath: text(2), stagingTargetPath: text(3) }),
    message({
      usage: list(1, message({ available: int(1), total: int(2), used: int(3), unit: int(4) })),
      volumeCondition: sub(2, message({ abnormal: bool(1), message: text(2) })),
    }),
  ],
  'csi.v1.Node/NodeExpandVolume': [
    message({
      volumeId: text(1),
      volumePath: text(2),
      capacityRange: sub(3, message({ requiredBytes: int(1), limitBytes: int(2) })),
      stagingTargetPath: text(4),
      volumeCapability: sub(5, volumeCapability),
      secrets: map(6),
    }),
    message({ capacityBytes: int(1) }),
  ],
  'pluginregistration.Registration/GetInfo': [
    nothing,
    message({ type: text(1), name: text(2), endpoint: text(3), supportedVersions: texts(4) }),
  ],
  'pluginregistration.Registration/NotifyRegistrationStatus': [
    message({ pluginRegistered: bool(1), error: text(2) }),
    nothing,
  ],
} as const

export type CsiCalls = typeof csiCalls
