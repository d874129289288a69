import type { ComponentType } from 'react'

/** Parts of the project page that come with their own large code; loaded when the page shows them. */
export const topology: (() => Promise<{ Topology: ComponentType<{ project: string }> }>) | undefined = () =>
  import('../../parts/topology.tsx')
