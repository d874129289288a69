import { parseSelector, selectorFrom, selectorText } from '@sampan/kit/selectors'
import type { KubeObject } from '@sampan/resources/meta'
import type { ApiKind } from './discovery.ts'

/** The label selector, as text, of the pods an object is about; undefined when it selects none. */
export function podSelectorOf({ group, plural }: Pick<ApiKind, 'group' | 'plural'>, object: KubeObject) {
  const { spec = {}, metadata } = object as KubeObject & { spec?: Record<string, unknown> }
  if (group === 'batch' && plural === 'jobs')
    return metadata.uid ? `batch.kubernetes.io/controller-uid=${metadata.uid}` : undefined
  const { selector } = spec
  if (typeof selector !== 'object' || selector === null) return undefined
  if (group === '' && ['services', 'replicationcontrollers'].includes(plural)) return fromMap(selector)
  if (['apps', 'policy'].includes(group)) return textOf(selector)
  if (group === 'networking.k8s.io' && plural === 'networkpolicies') return textOf(selector)
  return undefined
}

function fromMap(labels: object): string | undefined {
  const text = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(',')
  return text === '' ? undefined : selectorText(parseSelector(text))
}

function textOf(selector: object): string | undefined {
  const parsed = selectorFrom(selector)
  return parsed && parsed.length > 0 ? selectorText(parsed) : undefined
}
