/** Labels and annotations on sandboxes and containers: Kubernetes' own names, so that log shippers and crictl find them. */
export const labels = {
  podName: 'io.kubernetes.pod.name',
  podNamespace: 'io.kubernetes.pod.namespace',
  podUid: 'io.kubernetes.pod.uid',
  containerName: 'io.kubernetes.container.name',
} as const

export const annotations = {
  hash: 'io.kubernetes.container.hash',
  restartCount: 'io.kubernetes.container.restartCount',
  terminationMessagePath: 'io.kubernetes.container.terminationMessagePath',
  terminationMessagePolicy: 'io.kubernetes.container.terminationMessagePolicy',
  grace: 'io.kubernetes.pod.terminationGracePeriod',
  /** The image as the pod names it: the runtime knows only one of the names an image has. */
  image: 'sampan.dev/image',
  /** How many starts in a row ended soon: decides the wait before the next. */
  crashes: 'sampan.dev/crashes',
  /** How often the pod as a whole had begun anew when the container was made. */
  round: 'sampan.dev/round',
  /** Which node object the pod belongs to, so that two agents can share a runtime. */
  node: 'sampan.dev/node',
} as const
