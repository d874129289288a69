import type { Cri } from '@sampan/node/cri/client'

const namespace = 'bench-direct'

export interface Direct {
  name: string
  image: string
  /** Left out: the image's own. */
  command?: string[]
}

/** Sandbox, container, start: what a node has to do for a pod of one container. Gives the sandbox's address. */
export async function startDirectly(cri: Cri, { name, image, command }: Direct): Promise<string> {
  const config = {
    metadata: { name, uid: `uid-${name}`, namespace, attempt: 0 },
    hostname: name,
    logDirectory: `/tmp/sampan-bench-logs/${name}`,
    linux: {
      cgroupParent: `/sampan-bench-direct/${name}`,
      securityContext: { namespaceOptions: { network: 0, pid: 1, ipc: 0 } },
    },
  }
  const { podSandboxId } = await cri.call('RunPodSandbox', { config, runtimeHandler: '' })
  const { containerId } = await cri.call('CreateContainer', {
    podSandboxId,
    config: {
      metadata: { name: 'main', attempt: 0 },
      image: { image },
      ...(command && { command }),
      logPath: 'main.log',
      linux: { resources: {}, securityContext: {} },
    },
    sandboxConfig: config,
  })
  await cri.call('StartContainer', { containerId })
  const { status } = await cri.call('PodSandboxStatus', { podSandboxId, verbose: false })
  return status?.network?.ip ?? ''
}

export async function removeDirect(cri: Cri): Promise<void> {
  const { items } = await cri.call('ListPodSandbox', {})
  const mine = items.filter(({ metadata }) => metadata?.namespace === namespace)
  await Promise.all(
    mine.map(async ({ id }) => {
      await cri.call('StopPodSandbox', { podSandboxId: id })
      await cri.call('RemovePodSandbox', { podSandboxId: id })
    }),
  )
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
