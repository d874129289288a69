import type { Pipeline } from '@sampan/resources/sampan/pipeline'

/** 0: may run (or runs); n: the n-th of those that wait. */
export type Turn = number

export const keyOf = ({ metadata }: Pipeline) => `${metadata.namespace}/${metadata.name}`

/**
 * Whose turn it is, among the Pipelines that have not ended: projects take turns, inside a project the oldest is first,
 * and one app builds one thing at a time, because its cache has one user. A Pipeline keeps its place when it starts to
 * run, so two looks at nearly the same moment cannot both let a different one go first.
 */
export function turnsOf(open: readonly Pipeline[], limit: number): Map<string, Turn> {
  const isRunning = (one: Pipeline) => one.status?.state === 'running'
  const ofProject = new Map<string, number>()
  const places = open.toSorted(oldestFirst).map((one) => {
    const project = one.metadata.namespace ?? ''
    const place = ofProject.get(project) ?? 0
    ofProject.set(project, place + 1)
    return { one, place }
  })
  const ordered = places.toSorted((a, b) => a.place - b.place || oldestFirst(a.one, b.one)).map(({ one }) => one)
  const turns = new Map<string, Turn>()
  const busy = new Set<string>()
  const appOf = (one: Pipeline) => `${one.metadata.namespace}/${one.spec.app}`
  let free = limit
  for (const one of ordered.filter(isRunning)) {
    turns.set(keyOf(one), 0)
    busy.add(appOf(one))
    free--
  }
  let waiting = 0
  // One that waits for somebody's word keeps nobody else waiting.
  for (const one of ordered.filter((each) => !isRunning(each) && each.status?.state !== 'blocked')) {
    const mayRun = free > 0 && !busy.has(appOf(one))
    busy.add(appOf(one))
    if (mayRun) free--
    turns.set(keyOf(one), mayRun ? 0 : ++waiting)
  }
  return turns
}

const oldestFirst = (a: Pipeline, b: Pipeline) =>
  (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '') ||
  (a.spec.app === b.spec.app ? a.spec.number - b.spec.number : keyOf(a).localeCompare(keyOf(b)))
