import { Badge, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import './objects.css'

export interface Fact {
  name: string
  value: ReactNode
}

/** Names and what they are, in two columns. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map(({ name, value }) => (
        <div key={name} className="fact">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const longest = 600

/** Any JSON as kubectl describes it: names and values, deeper ones further in. */
export function Tree({ value, depth = 0 }: { value: unknown; depth?: number }) {
  if (value === null || value === undefined) return <span className="dimmed">—</span>
  if (typeof value !== 'object') {
    const text = String(value)
    return (
      <span className="tree-value" title={text.length > longest ? text.slice(0, 4000) : undefined}>
        {text.length > longest ? `${text.slice(0, longest)}…` : text}
      </span>
    )
  }
  const entries = Array.isArray(value) ? value.map((one, i) => [label(one, i), one] as const) : Object.entries(value)
  if (entries.length === 0) return <span className="dimmed">{Array.isArray(value) ? '[]' : '{}'}</span>
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object' && String(one).length < 60))
    return <span className="tree-value">{value.map(String).join(', ')}</span>
  return (
    <ul className="tree" data-depth={depth}>
      {entries.map(([name, one], i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the object is an entry's identity
        <li key={i}>
          <span className="tree-name">{name}</span> <Tree value={one} depth={depth + 1} />
        </li>
      ))}
    </ul>
  )
}

/** An item of a list by its name where it has one. */
function label(item: unknown, index: number): string {
  const { name, type, key } = (item ?? {}) as Record<string, unknown>
  const known = [name, type, key].find((one) => typeof one === 'string' && one !== '')
  return known ? String(known) : `${index}`
}

/** Labels or annotations; long values are cut. */
export function Labels({ labels }: { labels: Record<string, string> }) {
  return (
    <span className="labels">
      {Object.entries(labels).map(([key, value]) => (
        <Badge key={key} size="sm" variant="default" maw="100%" title={`${key}=${value}`} fw={400}>
          {key}
          {value && <Text span inherit fw={600}>{`=${value}`}</Text>}
        </Badge>
      ))}
    </span>
  )
}
