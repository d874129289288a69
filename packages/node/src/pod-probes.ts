import type { Pod } from '@sampan/resources/core/pod'
import type { NodeContext } from './context.ts'
import { memberNamed } from './pod/containers.ts'
import type { ProbeState } from './pod/memory.ts'
import { isRunning, type PodView } from './pod/view.ts'
import { check } from './probes/check.ts'
import { hasProbes, type Prober, prober } from './probes/prober.ts'
import { addressOf, type teller } from './start-container.ts'

/** The probes of all containers of one pod, kept in step with what runs. */
export interface PodProbes {
  follow(pod: Pod, view: PodView, options: { isEnding: boolean }): void
  /** By container id. Containers in `hooking` have not started yet whatever their probes say. */
  states(hooking: ReadonlySet<string>): Iterable<[string, ProbeState]>
  close(): void
}

const titles = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' }

export function podProbes(
  context: NodeContext,
  { tell, changed }: { tell(name: string): ReturnType<typeof teller>; changed(): void },
): PodProbes {
  const probers = new Map<string, Prober>()

  return {
    follow(pod, view, { isEnding }) {
      const running = new Set(view.containers.filter(isRunning).map(({ id }) => id))
      for (const [id, one] of probers) {
        if (running.has(id)) continue
        one.close()
        probers.delete(id)
      }
      for (const one of view.containers) {
        const member = memberNamed(pod, one.name)
        if (!isRunning(one) || !member || member.kind === 'init' || member.kind === 'ephemeral') continue
        const { container } = member
        if (isEnding) probers.get(one.id)?.ending()
        if (probers.has(one.id) || !hasProbes(container)) continue
        const told = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
          ({ containerID }) => containerID === `containerd://${one.id}`,
        )
        const podIP = addressOf(
          context,
          pod,
          view.sandboxes.find(({ id }) => id === one.sandboxId),
        )
        const started = prober({
          container,
          startedAt: one.startedAt,
          before: told && { started: told.started ?? false, ready: told.ready },
          clock: context.clock,
          check: (handler, timeoutMs) =>
            check(handler, { cri: context.cri, container, containerId: one.id, podIP, timeoutMs }),
          changed,
          unhealthy: (probe, output) =>
            tell(one.name)('Warning', 'Unhealthy', `${titles[probe]} probe failed: ${output}`),
        })
        if (isEnding) started.ending()
        probers.set(one.id, started)
      }
    },
    *states(hooking) {
      for (const [id, { state }] of probers) {
        const isStarted = state.started && !hooking.has(id)
        yield [id, { ...state, started: isStarted, ready: state.ready && isStarted }]
      }
      for (const id of hooking) if (!probers.has(id)) yield [id, { started: false, ready: false }]
    },
    close() {
      for (const one of probers.values()) one.close()
      probers.clear()
    },
  }
}
