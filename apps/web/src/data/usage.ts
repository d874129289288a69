import { useEffect, useState } from 'react'
import { type AppRef, appPath } from './platform.ts'

/** The last samples of an instance, oldest first: cores and bytes. */
export interface Usage {
  cpu: readonly number[]
  memory: readonly number[]
}

interface Sample {
  instances: { name: string; cpu: number; memory: number }[]
}

const most = 60

/** Adds a sample; instances that are gone go. */
export const withSample = (before: ReadonlyMap<string, Usage>, { instances }: Sample): ReadonlyMap<string, Usage> =>
  new Map(
    instances.map(({ name, cpu, memory }) => {
      const known = before.get(name)
      return [
        name,
        { cpu: [...(known?.cpu ?? []), cpu].slice(-most), memory: [...(known?.memory ?? []), memory].slice(-most) },
      ]
    }),
  )

/** What has been seen of an app stays while the console is open. */
const remembered = new Map<string, ReadonlyMap<string, Usage>>()

/** CPU and memory of an app's instances as the server samples them (server-sent events). */
export function useUsage(ref: AppRef): ReadonlyMap<string, Usage> {
  const path = `${appPath(ref)}/usage`
  const [usage, setUsage] = useState<ReadonlyMap<string, Usage>>(() => remembered.get(path) ?? new Map())
  useEffect(() => {
    const source = new EventSource(path)
    source.addEventListener('sample', ({ data }) => {
      const next = withSample(remembered.get(path) ?? new Map(), JSON.parse(data) as Sample)
      remembered.set(path, next)
      setUsage(next)
    })
    return () => source.close()
  }, [path])
  return usage
}

export const cpuText = (cores: number) => (cores < 0.9995 ? `${Math.round(cores * 1000)}m` : cores.toFixed(2))

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

export function bytesText(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}
