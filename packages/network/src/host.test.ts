import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gatewayOf, wantedAccepts } from './host.ts'

const open = '-P INPUT ACCEPT\n-P FORWARD ACCEPT\n-P OUTPUT ACCEPT\n'
const docker = '-P INPUT ACCEPT\n-P FORWARD DROP\n-N DOCKER\n-N DOCKER-USER\n-A FORWARD -j DOCKER-USER\n'
const cases: { name: string; rules: string; want: string[] }[] = [
  { name: 'no firewall needs nothing', rules: open, want: [] },
  {
    name: "Docker's drop is lifted where Docker leaves room",
    rules: docker,
    want: ['DOCKER-USER -i', 'DOCKER-USER -o'],
  },
  {
    name: 'what is there is not added again',
    rules: `${docker}-A DOCKER-USER -i b0 -j ACCEPT\n`,
    want: ['DOCKER-USER -o'],
  },
  {
    name: 'a firewall that drops everything lets pods reach the node too',
    rules: '-P INPUT DROP\n-P FORWARD DROP\n',
    want: ['FORWARD -i', 'FORWARD -o', 'INPUT -i'],
  },
  {
    name: "another bridge's doors are not ours",
    rules: `${docker}-A DOCKER-USER -i b01 -j ACCEPT\n`,
    want: ['DOCKER-USER -i', 'DOCKER-USER -o'],
  },
]
for (const { name, rules, want } of cases)
  test(`host firewall: ${name}`, () =>
    assert.deepEqual(
      wantedAccepts(rules, 'b0').map((one) => one.join(' ')),
      want,
    ))

test('the gateway is the first address of the pod network', () => {
  assert.equal(gatewayOf('10.130.0.0/16'), '10.130.0.1')
  assert.equal(gatewayOf('192.168.4.77/26'), '192.168.4.65')
})
