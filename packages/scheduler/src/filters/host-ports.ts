import { demandOf, type HostPort } from '../cluster.ts'
import { type Filter, refuse } from '../filter.ts'

export const hostPorts: Filter = (pod, { ports }) =>
  demandOf(pod).ports.some((wanted) => ports.some((taken) => isSame(wanted, taken)))
    ? refuse("node(s) didn't have free ports for the requested pod ports")
    : undefined

/** All addresses include every single one. */
const isSame = (a: HostPort, b: HostPort) =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === '0.0.0.0' || b.ip === '0.0.0.0')
