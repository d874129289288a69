import type { Kubectl } from '../support/kubectls.ts'

/** What a row may need to know of where it runs. */
export interface Place {
  kubectl: Kubectl
  kubeconfig: string
  /** The namespace of this kubectl alone. */
  namespace: string
  nodeName: string
  image: string
  /** For files: a folder of this kubectl alone. */
  folder: string
}

/** One command and what must come of it. Rows of a file run in order, in one namespace. */
export interface Row {
  /** After `kubectl`; text is split at spaces. */
  run: string | readonly string[]
  input?: string | object
  /** Exit code; default 0. */
  code?: number
  /** What stdout must say (all of them). */
  out?: RegExp | readonly RegExp[]
  err?: RegExp
  /** First and last minor version that knows the command. */
  since?: number
  until?: number
  /** Asked again, up to 30 s, until it is as wanted: for what controllers or the node do in their own time. */
  patient?: boolean
  env?: Record<string, string>
  /** Ends when it has said what it should: watches, followed logs. */
  isEndless?: true
}

export type Rows = (place: Place) => Row[]

/** A Deployment whose pods answer on port 8080. */
export const web = (name: string, image: string, replicas = 1) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, labels: { app: name } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'main',
            image,
            command: [
              'sh',
              '-c',
              `trap 'exit 0' TERM; echo started; httpd -p 8080 -h /etc; while :; do sleep 0.2; done`,
            ],
            ports: [{ containerPort: 8080 }],
          },
        ],
      },
    },
  },
})

export const configMap = (name: string, data: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
})
