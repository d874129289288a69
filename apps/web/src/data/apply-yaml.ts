import type { KubeObject } from '@sampan/resources/meta'
import { parseAllDocuments } from 'yaml'
import { api } from './api.ts'
import { apiPath, kinds, objectPath } from './discovery.ts'

export interface Applied {
  kind: string
  name: string
  href?: string
  error?: Error
}

/**
 * Server-side apply of every document, in order, into `namespace` where an object does not name its own. One that is refused
 * does not keep the others. Throws when the text is no YAML or holds something that is no object.
 */
export async function applyYaml(text: string, namespace: string): Promise<Applied[]> {
  const objects = objectsIn(text)
  const known = await kinds()
  const applied: Applied[] = []
  for (const object of objects) {
    const { kind = '', metadata } = object
    const of = known.find((one) => one.kind === kind && apiVersion(one) === object.apiVersion)
    const at = { kind, name: metadata.name }
    if (!of) {
      applied.push({ ...at, error: new Error(`The server has no kind ${object.apiVersion} ${kind}.`) })
      continue
    }
    const place = { name: metadata.name, ...(of.isNamespaced && { namespace: metadata.namespace ?? namespace }) }
    try {
      await api(`/kube${apiPath(of, place)}?fieldManager=sampan-console&force=true`, {
        method: 'PATCH',
        type: 'application/apply-patch+yaml',
        body: { ...object, metadata: { ...metadata, ...(place.namespace && { namespace: place.namespace }) } },
      })
      applied.push({ ...at, href: objectPath(of, place) })
    } catch (error) {
      if (!(error instanceof Error)) throw error
      applied.push({ ...at, error })
    }
  }
  return applied
}

const apiVersion = ({ group, version }: { group: string; version: string }) => (group ? `${group}/${version}` : version)

/** Every object of a text of YAML documents; lists are taken apart. */
export function objectsIn(text: string): KubeObject[] {
  return parseAllDocuments(text).flatMap((document, i) => {
    const [problem] = document.errors
    if (problem) throw new Error(`Document ${i + 1}: ${problem.message}`)
    const value = document.toJS({ maxAliasCount: 100 }) as (KubeObject & { items?: KubeObject[] }) | null
    if (value === null) return []
    const all = value.kind?.endsWith('List') && value.items ? value.items : [value]
    for (const one of all)
      if (!one.apiVersion || !one.kind || !one.metadata?.name)
        throw new Error(`Document ${i + 1}: it needs apiVersion, kind and metadata.name.`)
    return all
  })
}
