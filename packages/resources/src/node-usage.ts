/** What one container uses. */
export interface ContainerUse {
  name: string
  /** When it was measured. */
  time: Date
  /** Nanoseconds of CPU since it started. */
  cpuNanos: number
  /** Bytes that cannot be taken back. */
  memoryBytes: number
  /** All bytes held, caches included. */
  memoryUsageBytes: number
  rssBytes: number
  /** Bytes written over the image. */
  diskBytes: number
  startedAt: Date
}

export interface PodUse {
  uid: string
  name: string
  namespace: string
  containers: ContainerUse[]
}

/** How full a file system, or a folder that counts as one, is. Bytes, and numbers of files. */
export interface FsUse {
  /** When it was measured. */
  time: Date
  usedBytes: number
  capacityBytes: number
  availableBytes: number
  inodes: number
  inodesUsed: number
  inodesFree: number
}

/** One volume of a pod. */
export interface VolumeUse extends FsUse {
  name: string
  /** The claim it comes from. */
  claim?: string
}

/** Volumes of one pod. */
export interface PodVolumesUse {
  uid: string
  name: string
  namespace: string
  volumes: VolumeUse[]
}

/** Where pods and images lie on the node. */
export interface DiskUse {
  /** Of pods: their volumes and logs. */
  node: FsUse
  volumes: PodVolumesUse[]
}
