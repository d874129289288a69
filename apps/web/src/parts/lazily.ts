import { type ComponentType, lazy } from 'react'
import { loadAgain } from '../data/load-again.ts'

/** A component by its name in a module that is loaded when it is first drawn. */
export const lazily = <Name extends string, Props>(
  load: () => Promise<Record<Name, ComponentType<Props>>>,
  name: Name,
) => lazy(async () => ({ default: (await loadAgain(load))[name] }))
