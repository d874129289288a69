import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rangesOf } from '../config.ts'
import { kernelProblem, routeProblem } from './preflight.ts'

const table = (...routes: [device: string, destination: string, mask: string][]) =>
  [
    'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask',
    ...routes.map(([device, to, mask]) => `${device}\t${to}\t00000000\t0001\t0\t0\t0\t${mask}`),
    '',
  ].join('\n')

test('addresses that the machine reaches elsewhere are refused, with one that is free', () => {
  const ours = { bridge: 'sampan0', ...rangesOf(0) }
  const everyday = table(
    ['eth0', '00000000', '00000000'],
    ['eth0', '0002A8C0', '00FFFFFF'],
    ['tun0', '0000000A', '000000FF'],
    ['tun1', '0000820A', '0000FEFF'],
  )
  assert.equal(routeProblem(ours, everyday), undefined, 'a default route, a network of the house, all of 10/8 by VPN')
  assert.equal(
    routeProblem(ours, table(['sampan0', '0000820A', '0000FFFF'])),
    undefined,
    'the bridge of the start before',
  )
  assert.match(
    routeProblem(ours, table(['sp-other', '0000820A', '0000FFFF'], ['eth1', '0005830A', '00FFFFFF'])) ?? '',
    /^The addresses 10\.130\.0\.0\/16, .* by sp-other: start with --subnet 2\.$/,
  )
  assert.match(
    routeProblem(ours, table(['wg0', '0700BE0A', 'FFFFFFFF'])) ?? '',
    /10\.190\.0\.0\/16.*wg0: .*--subnet 1\./,
  )
  const all = Array.from({ length: 60 }, (_, i): [string, string, string] => [
    'x',
    `0000${(130 + i).toString(16)}0A`,
    '0000FFFF',
  ])
  assert.match(routeProblem(ours, table(...all)) ?? '', /remove that route/)
})

test('kernels older than 5.10 are refused', () => {
  assert.equal(kernelProblem('6.1.0-18-amd64'), undefined)
  assert.equal(kernelProblem('5.10.0'), undefined)
  assert.match(kernelProblem('5.4.0-150-generic') ?? '', /5\.10 or newer/)
})
