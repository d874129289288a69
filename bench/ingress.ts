import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ingressLab } from '@sampan/network/ingress/ingress-lab'
import { rateInTurns } from './http-rate.ts'
import { firstProcessor, lastProcessor, place, treeOf } from './processor.ts'
import { report } from './report.ts'

const host = 'web.bench.test'
const backendIP = '127.0.77.1'
const turns = 15

/**
 * Requests through the ingress as the product sets it up, against the same nginx with a plain proxy configuration, to the
 * same server. On a machine whose load comes and goes the processor time per request is the figure to trust.
 */
export async function ingressBench(): Promise<void> {
  const lab = await ingressLab()
  const program = join(tmpdir(), 'sampan-test-nginx/usr/sbin/nginx')
  const floorPort = 28_999
  const children = [
    await nginx(lab.nginx.folder, program, 'backend', backend(), 8080, backendIP),
    await nginx(lab.nginx.folder, program, 'floor', plainProxy(floorPort), floorPort, '127.0.0.1'),
  ]
  try {
    await lab.app('web', [backendIP])
    await lab.route('web', [{ host, paths: [['/', 'Prefix', 'web']] }])
    await lab.controller.settled()
    await lab.nginx.run()
    await lab.controller.settled() // it may have started before the engine wrote anything down
    const master = Number(readFileSync(join(lab.nginx.folder, 'one.pid'), 'utf8'))
    const [server, proxy] = children.map((child) => child.pid!) as [number, number]
    place(treeOf(server), firstProcessor)
    place([...treeOf(proxy), ...treeOf(master)], lastProcessor)
    const common = { address: '127.0.0.1', host, connections: 32, seconds: 1 }
    const rate = await rateInTurns(
      turns,
      { ...common, port: lab.nginx.http, pids: [master] },
      { ...common, port: floorPort, pids: [proxy] },
    )
    report('The ingress against the same nginx without it', [
      { name: 'requests per second', ...rate('perSecond'), unit: '/s', better: 'more' },
      { name: 'processor time of a request', ...rate('cpu'), unit: 'µs', better: 'less' },
    ])
  } finally {
    // Asked to end: workers of a master that is killed go on, and share the next run's port.
    for (const child of children) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    await lab.close()
  }
}

async function nginx(folder: string, program: string, name: string, text: string, port: number, address: string) {
  const own = join(folder, name)
  await mkdir(join(own, 'temp'), { recursive: true })
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((one) => `  ${one}_temp_path ${own}/temp/${one};\n`)
    .join('')
  await writeFile(join(own, 'nginx.conf'), text.replace('http {\n', `http {\n${temp}`))
  const args = ['-c', join(own, 'nginx.conf'), '-g', `daemon off; pid ${own}/pid; error_log stderr warn;`]
  // A session of its own, as the ingress has: the kernel shares processors out by session.
  const child = spawn(program, args, { stdio: 'inherit', detached: true })
  for (let tries = 0; tries < 100; tries++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, address)
        .on('connect', () => socket.destroy() && resolve(true))
        .on('error', () => resolve(false))
    })
    if (isUp) return child
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nginx ${name} does not start`)
}

const backend = () => `worker_processes 1;
events { worker_connections 4096; multi_accept on; }
http {
  access_log off; keepalive_requests 1000000; tcp_nodelay on;
  server { listen ${backendIP}:8080 reuseport; location / { return 200 "hello, this is a page of some length\\n"; } }
}
`

/** What somebody who knows nginx would write for one app: kept connections, the usual headers. */
const plainProxy = (port: number) => `worker_processes 2;
events { worker_connections 16384; multi_accept on; }
http {
  access_log off; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000; server_tokens off;
  upstream app { server ${backendIP}:8080; keepalive 320; keepalive_requests 100000; }
  proxy_http_version 1.1;
  proxy_set_header Connection '';
  proxy_set_header Host $http_host;
  proxy_set_header X-Request-ID $msec-$pid-$connection-$connection_requests;
  proxy_set_header X-Real-IP $remote_addr;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $http_host;
  proxy_set_header X-Forwarded-Port $server_port;
  proxy_set_header X-Forwarded-Proto $scheme;
  proxy_set_header X-Forwarded-Scheme $scheme;
  proxy_set_header X-Scheme $scheme;
  server { listen ${port} reuseport backlog=4096; location / { proxy_pass http://app; } }
}
`
