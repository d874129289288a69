import { Tabs } from '@mantine/core'
import { useLayoutEffect, useRef } from 'react'

interface Props {
  tabs: readonly { id: string; title: string }[]
  chosen: string
}

/** The tabs of a page in one line; where they do not fit it scrolls, and the chosen one is always in sight. */
export function TabList({ tabs, chosen }: Props) {
  const list = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another tab is another place to be in sight
  useLayoutEffect(() => {
    const tab = list.current?.querySelector<HTMLElement>('[aria-selected=true]')
    if (!list.current || !tab) return
    list.current.scrollLeft = tab.offsetLeft - (list.current.clientWidth - tab.clientWidth) / 2
  }, [chosen])
  return (
    <Tabs.List ref={list} mb="lg">
      {tabs.map(({ id, title }) => (
        <Tabs.Tab key={id} value={id}>
          {title}
        </Tabs.Tab>
      ))}
    </Tabs.List>
  )
}
