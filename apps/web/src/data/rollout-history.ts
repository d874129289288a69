import type { KubeObject } from '@sampan/resources/meta'
import { api } from './api.ts'
import { kubePath, type ObjectTarget } from './object.ts'
import { isOwned } from './owned.ts'

/** A state of a workload's pod template that it had, or has. */
export interface Revision {
  number: number
  /** The object that remembers it. */
  name: string
  template: unknown
  images: readonly string[]
  time?: string
  /** What was said about the change (`kubernetes.io/change-cause`). */
  cause?: string
  isCurrent: boolean
}

type Template = { metadata?: { labels?: Record<string, string> }; spec?: { containers?: { image?: string }[] } }
type ReplicaSet = KubeObject & { spec?: { template?: Template } }
type ControllerRevision = KubeObject & {
  revision?: number
  data?: { spec?: { template?: Template & { $patch?: string } } }
}
type Workload = KubeObject & { status?: { updateRevision?: string } }

const number = 'deployment.kubernetes.io/revision'
const changeCause = 'kubernetes.io/change-cause'
const hash = 'pod-template-hash'

/** The kind that remembers the revisions of a workload. */
export const historyWord = (plural: string) =>
  plural === 'deployments' ? 'replicasets.apps' : 'controllerrevisions.apps'

/** The revisions a workload can go back to and the one it has, newest first. */
export function revisionsOf(plural: string, workload: KubeObject, records: readonly KubeObject[]): Revision[] {
  const own = records.filter((one) => isOwned(one, workload.metadata.uid ?? ''))
  const all = (plural === 'deployments' ? own.map(fromReplicaSet) : own.map(fromRecord)).sort(
    (a, b) => b.number - a.number,
  )
  const { updateRevision } = (workload as Workload).status ?? {}
  const current = all.find(({ name }) => plural === 'statefulsets' && name === updateRevision) ?? all[0]
  return all.map((one) => ({ ...one, isCurrent: one === current }))
}

type Found = Omit<Revision, 'isCurrent'>

function fromReplicaSet({ metadata, spec = {} }: ReplicaSet): Found {
  const { template = {} } = spec
  const { [hash]: _, ...labels } = template.metadata?.labels ?? {}
  return found(metadata, Number(metadata.annotations?.[number] ?? 0), {
    ...template,
    metadata: { ...template.metadata, labels },
  })
}

function fromRecord({ metadata, revision = 0, data }: ControllerRevision): Found {
  const { $patch: _, ...template } = data?.spec?.template ?? {}
  return found(metadata, revision, template)
}

function found(metadata: KubeObject['metadata'], at: number, template: Template): Found {
  const cause = metadata.annotations?.[changeCause]
  return {
    number: at,
    name: metadata.name,
    template,
    images: (template.spec?.containers ?? []).flatMap(({ image }) => image ?? []),
    ...(metadata.creationTimestamp && { time: metadata.creationTimestamp }),
    ...(cause && { cause }),
  }
}

/** Back to a revision, as `kubectl rollout undo` does it: the whole template in place of the one that is there. */
export const rollBackTo = (target: ObjectTarget, { template }: Pick<Revision, 'template'>) =>
  api<KubeObject>(kubePath(target), {
    method: 'PATCH',
    type: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/template', value: template }],
  })
