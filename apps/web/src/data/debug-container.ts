import { api } from './api.ts'
import { kubePath, type ObjectTarget } from './object.ts'
import { containersOf, type PodLike } from './pod.ts'

export interface DebugContainer {
  image: string
  /** The container whose processes and files it sees. */
  target: string
  command: readonly string[]
}

/** As `kubectl debug` makes it: with a terminal, beside what runs, until it is left. The first name that is free. */
export function debugPatch(pod: PodLike, { image, target, command }: DebugContainer) {
  const taken = new Set(containersOf(pod).map(({ name }) => name))
  let number = 1
  while (taken.has(`debug-${number}`)) number++
  const container = {
    name: `debug-${number}`,
    image,
    command: [...command],
    stdin: true,
    tty: true,
    targetContainerName: target,
    terminationMessagePolicy: 'File',
  }
  return { name: container.name, body: { spec: { ephemeralContainers: [container] } } }
}

/** Adds it to the pod; gives its name. */
export async function startDebugging(of: ObjectTarget, pod: PodLike, wanted: DebugContainer): Promise<string> {
  const { name, body } = debugPatch(pod, wanted)
  const type = 'application/strategic-merge-patch+json'
  await api(kubePath(of, 'ephemeralcontainers'), { method: 'PATCH', type, body })
  return name
}

/** Images whose start costs nothing, for they are on the pod's node already, and such as people debug with. */
export const imagesFor = (pod: PodLike): string[] => [
  ...new Set([...containersOf(pod).map(({ image }) => image), 'busybox:stable', 'debian:12-slim']),
]
