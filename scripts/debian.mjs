// Which Debian or Ubuntu packages Sampan needs, why, and how they get here. A program that is already on the machine is
// used as it is: nothing is replaced or removed.
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `has`: any of these programs or files on the machine makes the package needless. */
const packages = [
  { name: 'containerd', why: 'runs the containers', has: ['containerd'] },
  { name: 'runc', why: 'starts each container', has: ['runc'] },
  {
    name: 'containernetworking-plugins',
    why: 'connects pods to their network',
    has: ['/usr/lib/cni/bridge', '/opt/cni/bin/bridge'],
  },
  { name: 'nftables', why: 'service addresses and network policies', has: ['nft'] },
  { name: 'iproute2', why: 'the pod bridge', has: ['ip'] },
  { name: 'conntrack', why: 'lets UDP clients go when their endpoint does', has: ['conntrack'] },
  { name: 'git', why: 'the built-in git server', has: ['git'] },
  { name: 'subversion', why: 'Subversion as a source of apps', has: ['svnserve'] },
  { name: 'buildah', why: 'builds the system images', has: ['buildah'] },
  { name: 'mmdebstrap', why: 'makes the base image where no registry can be reached', has: ['mmdebstrap'] },
  {
    name: 'debian-archive-keyring',
    why: 'verifies the packages of the base image',
    has: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
  },
  { name: 'ca-certificates', why: 'verifies TLS servers', has: ['/etc/ssl/certs/ca-certificates.crt'] },
]

const testPackages = [
  { name: 'chromium', why: 'browser tests of the console', has: ['chromium', 'chromium-browser', 'google-chrome'] },
  { name: 'busybox-static', why: 'images of container tests', has: ['/bin/busybox', '/usr/bin/busybox'] },
  { name: 'curl', why: 'tests with an everyday client', has: ['curl'] },
  { name: 'procps', why: 'tests look at processes', has: ['ps'] },
  { name: 'openssl', why: 'certificate requests of tests', has: ['openssl'] },
]

const benchPackages = [{ name: 'wrk', why: 'load for measurements', has: ['wrk'] }]

/** What has to be installed before `command` (start, test, bench …) can run. */
export function missingPackages(command) {
  const wanted = [
    ...packages,
    ...(['test', 'bench', 'conformance'].includes(command) ? testPackages : []),
    ...(command === 'bench' ? benchPackages : []),
  ]
  return wanted.filter(({ has }) => !has.some(isHere))
}

/** Installs by apt-get; gives a sentence when that cannot be. New packages' services are not started: Sampan runs its own. */
export async function installPackages(names) {
  if (spawnSync('apt-get', ['--version']).error) {
    return `apt-get is not here, so these must be installed by hand: ${names.join(', ')}`
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const allowStart = refuseServiceStarts()
  try {
    const install = () => apt(['install', '-y', '--no-install-recommends', ...names], env)
    let result = await install()
    if (result.code !== 0) {
      await apt(['update'], env)
      result = await install()
    }
    if (result.code === 0) return undefined
    return `apt-get could not install ${names.join(', ')}: ${lastLine(result.output)} Check the network and /etc/apt/sources.list*, then run this again.`
  } finally {
    allowStart()
  }
}

const policyFile = '/usr/sbin/policy-rc.d'

/** Debian's own way to say "do not start services now"; left alone where the machine already has a policy. */
function refuseServiceStarts() {
  if (existsSync(policyFile)) return () => undefined
  writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return () => rmSync(policyFile, { force: true })
}

function apt(args, env) {
  return new Promise((resolve) => {
    const child = spawn('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (bytes) => (output += bytes))
    child.stderr.on('data', (bytes) => (output += bytes))
    child.on('exit', (code) => resolve({ code: code ?? 1, output }))
  })
}

const lastLine = (output) =>
  output
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('E:')) ?? output.trim().split('\n').at(-1)

function isHere(what) {
  if (what.startsWith('/')) return existsSync(what)
  return ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((folder) => {
    try {
      accessSync(join(folder, what), constants.X_OK)
      return true
    } catch (error) {
      if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'ENOTDIR') return false
      throw error
    }
  })
}
