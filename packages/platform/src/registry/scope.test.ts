import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Access } from '../access/access.ts'
import { grantsFor } from './grant.ts'
import { allowedBy, type RobotRight } from './robot.ts'
import { scopesFrom } from './scope.ts'

const scopes = [
  { asked: ['repository:demo/hello:pull,push'], want: ['repository demo/hello pull,push'] },
  { asked: ['repository:a/b:pull repository:c/d:push'], want: ['repository a/b pull', 'repository c/d push'] },
  { asked: ['repository:a/b:pull', 'registry:catalog:*'], want: ['repository a/b pull', 'registry catalog *'] },
  { asked: ['repository:host:5000/a/b:pull'], want: ['repository host:5000/a/b pull'] },
  { asked: ['repository(plugin):a/b:pull'], want: ['repository a/b pull'] },
  { asked: ['', 'nonsense', 'only:two'], want: [] },
]
for (const { asked, want } of scopes) {
  test(`scope ${JSON.stringify(asked)} reads as ${want.join(' and ') || 'nothing'}`, () => {
    assert.deepEqual(scopesFrom(asked).map(shown), want)
  })
}

const shown = ({ type, name, actions }: { type: string; name: string; actions: string[] }) =>
  `${type} ${name} ${actions.join(',')}`

/** dev may read and write demo/hello, viewer read it, admin everything. */
const access: Pick<Access, 'may'> = {
  may: async (who, { verb, namespace, name }) =>
    who.name === 'admin' ||
    (namespace === 'demo' && name === 'hello' && (verb === 'get' || (who.name === 'dev' && verb === 'update'))),
}
const grants = [
  { who: 'dev', asked: 'repository:demo/hello:pull,push', want: ['repository demo/hello pull,push'] },
  { who: 'dev', asked: 'repository:demo/hello:*', want: ['repository demo/hello pull,push'] },
  { who: 'viewer', asked: 'repository:demo/hello:pull,push', want: ['repository demo/hello pull'] },
  { who: 'dev', asked: 'repository:other/hello:pull', want: [] },
  { who: 'dev', asked: 'repository:demo/hello/more:pull', want: [] },
  { who: 'dev', asked: 'repository:hello:pull', want: [] },
  { who: 'viewer', asked: 'repository:library/debian:pull,push', want: ['repository library/debian pull'] },
  { who: 'viewer', asked: 'repository:stacks/node:pull', want: ['repository stacks/node pull'] },
  { who: 'admin', asked: 'repository:stacks/node:push', want: ['repository stacks/node push'] },
  { who: 'dev', asked: 'registry:catalog:*', want: [] },
  { who: 'admin', asked: 'registry:catalog:*', want: ['registry catalog *'] },
  { who: 'admin', asked: 'repository:demo/hello:destroy', want: [] },
]
for (const { who, asked, want } of grants) {
  test(`${who} asking ${asked} gets ${want.join() || 'nothing'}`, async () => {
    assert.deepEqual((await grantsFor({ name: who, groups: [] }, scopesFrom([asked]), access)).map(shown), want)
  })
}

const rights: RobotRight[] = [
  { repository: 'demo/hello', actions: ['pull', 'push'] },
  { repository: 'library/*', actions: ['pull'] },
]
const robots = [
  { asked: 'repository:demo/hello:pull,push', want: 'pull,push' },
  { asked: 'repository:demo/hello2:pull', want: '' },
  { asked: 'repository:library/debian:pull,push', want: 'pull' },
  { asked: 'repository:library:pull', want: '' },
  { asked: 'repository:demo/hello:*', want: '' },
  { asked: 'registry:catalog:*', want: '' },
]
for (const { asked, want } of robots) {
  test(`a robot asking ${asked} gets ${want || 'nothing'}`, () => {
    assert.equal(allowedBy(rights, scopesFrom([asked])[0]!).join(), want)
  })
}
