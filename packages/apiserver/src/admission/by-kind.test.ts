import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtInKinds } from '@sampan/resources/kinds'
import { pluginsByKind } from './by-kind.ts'
import type { Admission } from './interfaces.ts'

test('a write asks the plugins of its kind and those of every kind, in the order of the list', () => {
  const nothing = () => undefined
  const [pod, deployment] = ['pods', 'deployments'].map((name) => builtInKinds.find(({ plural }) => plural === name)!)
  const all: Admission[] = [
    { name: 'pods', kinds: ['pods'], mutate: nothing },
    { name: 'everything', mutate: nothing, validate: nothing },
    { name: 'deployments', kinds: ['deployments.apps'], validate: nothing },
    { name: 'both', kinds: ['deployments.apps', 'pods'], mutate: nothing, validate: nothing },
  ]
  const pluginsFor = pluginsByKind(all)
  const namesFor = (definition: Parameters<typeof pluginsFor>[0]) => {
    const { mutating, validating } = pluginsFor(definition)
    return [mutating.map(({ name }) => name).join(), validating.map(({ name }) => name).join()]
  }
  assert.deepEqual(namesFor(pod!), ['pods,everything,both', 'everything,both'])
  assert.deepEqual(namesFor(deployment!), ['everything,both', 'everything,deployments,both'])
  assert.equal(pluginsFor(pod!), pluginsFor(pod!), 'worked out once')
})
