import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod } from './pod.ts'
import { podSpecProblems } from './pod-validation.ts'

/** Names of sysctls and which of them are refused, as field and first words of why. */
const cases: [string[], string[]][] = [
  [['kernel.shm_rmid_forced', 'net.ipv4.ip_local_port_range', 'net/ipv4/tcp_syncookies'], []],
  [['kernel.shmmax', 'safe-and-unsafe'], []],
  [
    ['foo-', 'kernel.shmmax', 'bar..'],
    ['sysctls[0].name foo- must have', 'sysctls[2].name bar.. must have'],
  ],
  [['Kernel.x'], ['sysctls[0].name Kernel.x must have']],
  [['a'.repeat(254)], ['sysctls[0].name']],
  [[''], ['sysctls[0].name']],
  [['a.b', 'a.b'], ['sysctls[1].name a.b']],
]

for (const [names, wanted] of cases)
  test(`sysctls ${names.map((name) => name.slice(0, 30)).join(' ')}: ${wanted.length} refused`, () => {
    const spec = {
      containers: [{ name: 'one', image: 'one' }],
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) },
    } as Pod['spec']
    const problems = [...podSpecProblems('spec', spec)].filter(({ field }) => field.includes('sysctls'))
    assert.equal(problems.length, wanted.length, JSON.stringify(problems))
    for (const [index, { field, message }] of problems.entries()) {
      const [where, name, ...why] = wanted[index]!.split(' ')
      assert.ok(field.endsWith(where!), field)
      if (name) assert.match(message, new RegExp(`"${name}".*${why.join(' ')}`))
    }
  })

const keyOf = (volumeName: string, path = 'a.env') => ({ volumeName, path, key: 'A' })

/** Where a variable's file is, and which field is refused. */
const files: [string, object, string | undefined][] = [
  ['an empty folder of the pod', keyOf('scratch'), undefined],
  ['a volume that is not there', keyOf('none'), 'volumeName'],
  ['a volume others fill', keyOf('conf'), 'volumeName'],
  ['outside', keyOf('scratch', '../a.env'), 'path'],
  ['nowhere', keyOf('scratch', ''), 'path'],
]

for (const [name, fileKeyRef, refused] of files)
  test(`a variable from a file in ${name}: ${refused ? 'refused' : 'taken'}`, () => {
    const spec = {
      volumes: [
        { name: 'scratch', emptyDir: {} },
        { name: 'conf', configMap: { name: 'conf' } },
      ],
      containers: [{ name: 'one', image: 'one', env: [{ name: 'A', valueFrom: { fileKeyRef } }] }],
    } as unknown as Pod['spec']
    const fields = [...podSpecProblems('spec', spec)].flatMap(({ field }) => /fileKeyRef\.(\w+)/.exec(field)?.[1] ?? [])
    assert.deepEqual(fields, refused ? [refused] : [])
  })
