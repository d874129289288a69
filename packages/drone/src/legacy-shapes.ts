import { anything, bad, bool, type Decoder, keyOf, list, mapOf, type Shape, struct, text } from './decode.ts'
import type { MapNode, Node, ScalarNode } from './node.ts'
import { type Tree, typed } from './scalar.ts'
import { scalarText } from './settings.ts'

type Of<S> = S extends Shape<infer T> ? T : never

/** A text and where it was written. */
export interface LinedText {
  value: string
  line: number
}

const lined: Shape<LinedText> = {
  zero: () => ({ value: '', line: 0 }),
  read(node, _there, decoder) {
    const value = decoder.decode(node, text, '')
    return value === bad ? bad : { value, line: node.line }
  },
}

/** A text, or a list of them. */
const texts: Shape<LinedText[]> = {
  zero: () => [],
  read(node, there, decoder) {
    if (node.kind === 'list') return list(lined).read(node, there, decoder)
    const one = lined.read(node, lined.zero(), decoder)
    return one === bad ? bad : [one]
  },
}

const plainTexts: Shape<string[]> = {
  zero: () => [],
  read(node, _there, decoder) {
    const many = texts.read(node, [], decoder)
    return many === bad ? bad : many.map(({ value }) => value)
  },
}

export interface LegacyCondition {
  include: string[]
  exclude: string[]
}

/** Like its successor, but a lone text after `include` counts; what does not fit is dropped without an error. */
const condition: Shape<LegacyCondition> = {
  zero: () => ({ include: [], exclude: [] }),
  read(node, there, decoder) {
    const both = struct({ include: plainTexts, exclude: plainTexts })
    const shape = node.kind === 'map' ? both : plainTexts
    const { value } = decoder.attempt<unknown>(node, shape as Shape<unknown>, shape.zero())
    if (value === bad) return there
    return Array.isArray(value) ? { include: value as string[], exclude: [] } : (value as LegacyCondition)
  },
}

/** `{K: v}` or a list of `K=v`. */
const variables: Shape<Record<string, string>> = {
  zero: () => ({}),
  read(node, _there, decoder) {
    if (node.kind !== 'list') return mapOf(text).read(node, mapOf(text).zero(), decoder)
    const items = list(text).read(node, [], decoder)
    if (items === bad) return bad
    const pairs = items.filter((item) => item.includes('='))
    return Object.fromEntries(
      pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
    )
  },
}

const secrets: Shape<{ source: string; target: string }[]> = {
  zero: () => [],
  read(node, _there, decoder) {
    const named = decoder.attempt(node, list(text), [])
    if (named.value !== bad && named.problems.length === 0)
      return named.value.map((name) => ({ source: name, target: name }))
    return list(struct({ source: text, target: text })).read(node, [], decoder)
  },
}

/** `source:destination`, with or without a mode after it. */
const volume: Shape<{ source: string; destination: string }> = {
  zero: () => ({ source: '', destination: '' }),
  read(node, _there, decoder) {
    const value = decoder.decode(node, text, '')
    if (value === bad) return bad
    const [source = '', destination] = value.split(':')
    return destination === undefined ? { source: '', destination: '' } : { source, destination }
  },
}

const fields = {
  image: text,
  detach: bool,
  pull: bool,
  privileged: bool,
  command: texts,
  commands: texts,
  entrypoint: texts,
  dns: plainTexts,
  dns_search: plainTexts,
  extra_hosts: list(text),
  environment: variables,
  secrets,
  volumes: list(volume),
  when: struct({
    ref: condition,
    repo: condition,
    instance: condition,
    environment: condition,
    event: condition,
    branch: condition,
    status: condition,
    matrix: mapOf(text),
  }),
}
const known = struct(fields)
/** Read and left aside, so no settings. */
const ignored = ['devices', 'allow_failure', 'tmpfs', 'name', 'shell']

export type LegacyContainer = Of<typeof known> & { name: string; keyLine: number; settings: Record<string, Tree> }

/** A map of containers, in their order. A container's keys that have no meaning of their own are its plugin's settings. */
const containers: Shape<LegacyContainer[]> = {
  zero: () => [],
  read(node, _there, decoder) {
    if (node.kind !== 'map') return decoder.refuse(node, 'a map of steps belongs here: write name: {image: …}')
    return mergedEntries(node, decoder).flatMap(([key, value]) => {
      const name = keyOf(key, decoder)
      if (name === undefined) return []
      const body = canonical(value, decoder)
      const read = decoder.decode(body, known, known.zero())
      if (read === bad) return []
      return [{ ...read, name, keyLine: key.line, settings: settingsOf(body, decoder) }]
    })
  },
}

function settingsOf(body: Node, decoder: Decoder): Record<string, Tree> {
  const settings: Record<string, Tree> = {}
  if (body.kind !== 'map') return settings
  for (const [key, value] of body.entries) {
    const name = keyOf(key, decoder)
    if (name === undefined || Object.hasOwn(fields, name) || ignored.includes(name)) continue
    const made = decoder.decode(value, anything, null)
    if (made !== bad) settings[name] = made
  }
  return settings
}

/** A map's entries with `<<` put in where it stands; a later entry takes an earlier one's place. */
function mergedEntries(map: MapNode, decoder: Decoder): [Node, Node][] {
  const entries = new Map<string, [Node, Node]>()
  const add = (from: MapNode) => {
    for (const [key, value] of from.entries) {
      const name = keyOf(key, decoder)
      if (name === undefined) continue
      const sources = name === '<<' && key.kind === 'scalar' && key.isPlain ? mapsIn(value) : undefined
      if (sources) for (const source of sources) decoder.nested(source, () => add(source))
      else entries.set(name, [key, value])
    }
  }
  add(map)
  return [...entries.values()]
}

const targetOf = (node: Node): Node => (node.kind === 'alias' ? targetOf(node.target) : node)

function mapsIn(node: Node): MapNode[] {
  const target = targetOf(node)
  const all = target.kind === 'list' ? target.items.toReversed().map(targetOf) : [target]
  return all.filter((one) => one.kind === 'map')
}

/**
 * Drone types every value of a container before it looks at the wanted type and writes it anew, so here, unlike in the
 * format after it, `1.10` is `1.1` and `yes` is `true` everywhere.
 */
function canonical(node: Node, decoder: Decoder): Node {
  return decoder.nested(node, () => {
    const of = targetOf(node)
    const { line } = of
    if (of.kind === 'list') return { kind: 'list', line, items: of.items.map((item) => canonical(item, decoder)) }
    if (of.kind === 'map') {
      const entries = mergedEntries(of, decoder).map(([key, value]): [Node, Node] => [key, canonical(value, decoder)])
      return { kind: 'map', line, entries }
    }
    return canonicalScalar(of as ScalarNode, decoder)
  })
}

function canonicalScalar(node: ScalarNode, decoder: Decoder): Node {
  let value: ReturnType<typeof typed>
  try {
    value = typed(node)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    decoder.refuse(node, error.message)
    return node
  }
  const { line } = node
  if (typeof value === 'string') return { kind: 'scalar', line, tag: '', value, isPlain: false }
  return { kind: 'scalar', line, tag: '', value: value === null ? 'null' : scalarText(value), isPlain: true }
}

const rawNode: Shape<Node | undefined> = { zero: () => undefined, read: (node) => node }

export const legacyFile = struct({
  workspace: struct({ base: text, path: text }),
  clone: containers,
  pipeline: containers,
  services: containers,
  branches: condition,
  matrix: rawNode,
  secrets: mapOf(struct({ driver: text, driver_opts: mapOf(text), path: text, vault: text })),
})
export type LegacyFile = Of<typeof legacyFile>
