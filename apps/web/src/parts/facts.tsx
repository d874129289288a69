import { Text } from '@mantine/core'
import type { ReactNode } from 'react'

/** Names with values, line by line. */
export function Facts({ facts }: { facts: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="panel fact-lines">
      {facts.map(([label, value]) => (
        <div key={label} className="line">
          <Text component="dt" size="sm" c="dimmed" className="fact-name">
            {label}
          </Text>
          <Text component="dd" size="sm" m={0} className="name grow">
            {value}
          </Text>
        </div>
      ))}
    </dl>
  )
}
