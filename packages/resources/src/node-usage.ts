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
