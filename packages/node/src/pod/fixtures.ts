import type { Pod } from '@sampan/resources/core/pod'
import { annotations } from './labels.ts'
import { freshMemory, type PodMemory } from './memory.ts'
import { hashOf } from './restart.ts'
import type { ContainerView, PodView, SandboxView } from './view.ts'

/** 2026-01-01T00:00:00Z: where tests begin, in milliseconds. */
export const start = Date.parse('2026-01-01T00:00:00Z')

export interface PodWish {
  spec?: Partial<Pod['spec']>
  metadata?: Partial<Pod['metadata']>
  status?: Pod['status']
}

/** A pod with one container `main`, bound to this node. */
export const podOf = ({ spec, metadata, status }: PodWish = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation: 1, ...metadata },
  spec: { nodeName: 'here', containers: [container('main')], terminationGracePeriodSeconds: 30, ...spec },
  ...(status && { status }),
})

export const container = (name: string, rest: Partial<Pod['spec']['containers'][number]> = {}) => ({
  name,
  image: 'busybox',
  ...rest,
})

export const sandboxView = (rest: Partial<SandboxView> = {}): SandboxView => ({
  id: 's0',
  attempt: 0,
  isReady: true,
  createdAt: start,
  ips: ['10.0.0.7'],
  ...rest,
})

/** A running container; `crashes` as its annotation tells. */
export const containerView = (
  name: string,
  { crashes = 0, ...rest }: Partial<ContainerView> & { crashes?: number } = {},
): ContainerView => ({
  id: `${name}-${rest.attempt ?? 0}`,
  name,
  attempt: 0,
  sandboxId: 's0',
  state: 'running',
  createdAt: start,
  startedAt: start,
  finishedAt: 0,
  exitCode: 0,
  reason: '',
  message: '',
  image: 'docker.io/library/busybox:latest',
  imageRef: 'sha256:1',
  logPath: '',
  annotations: { [annotations.hash]: hashOf(container(name)), [annotations.crashes]: String(crashes) },
  ...rest,
})

export const exited = (name: string, exitCode: number, rest: Parameters<typeof containerView>[1] = {}) =>
  containerView(name, {
    state: 'exited',
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    finishedAt: start + 1000,
    ...rest,
  })

export const viewOf = (containers: ContainerView[] = [], sandboxes: SandboxView[] = [sandboxView()]): PodView => ({
  uid: 'u1',
  name: 'web',
  namespace: 'shop',
  sandboxes,
  containers,
})

export const memoryOf = (rest: Partial<PodMemory> = {}): PodMemory => ({ ...freshMemory(), ...rest })
