/** What one instance's container runtime is told. All paths are absolute and belong to that instance alone. */
export interface RuntimeOptions {
  /** Images and snapshots: disk that survives a reboot. */
  root: string
  /** Sockets and running state: gone after a reboot, as the containers are. */
  state: string
  /** Where CRI is spoken. */
  socket: string
  /** Image of the process that holds a pod's namespaces. */
  sandboxImage: string
  cni: { confDir: string; binDir: string }
  /** Folder with one `<host>/hosts.toml` per mapped registry. */
  registryConfigDir: string
  snapshotter: 'overlayfs' | 'native'
  /** Without CAP_SYS_RESOURCE runc cannot lower `oom_score_adj`, and pods would not start. */
  restrictOomScore: boolean
}

/** Plugins of no use to pods: each costs memory, and some fail loudly where their file system is missing. */
const unneeded = [
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.internal.v1.opt',
  'io.containerd.internal.v1.restart',
  'io.containerd.internal.v1.tracing',
]

/** The text of containerd's `config.toml` (version 2, understood by 1.6 and 1.7). */
export function containerdConfig(options: RuntimeOptions): string {
  const cri = 'plugins."io.containerd.grpc.v1.cri"'
  return `version = 2
root = ${toml(options.root)}
state = ${toml(options.state)}
oom_score = 0
disabled_plugins = [${unneeded.map(toml).join(', ')}]

[grpc]
  address = ${toml(options.socket)}

[debug]
  level = "warn"

[${cri}]
  sandbox_image = ${toml(options.sandboxImage)}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  restrict_oom_score_adj = ${options.restrictOomScore}
  enable_unprivileged_ports = true
  enable_unprivileged_icmp = true
  tolerate_missing_hugetlb_controller = true
  disable_hugetlb_controller = true
  netns_mounts_under_state_dir = true
  max_concurrent_downloads = 3

[${cri}.cni]
  bin_dir = ${toml(options.cni.binDir)}
  conf_dir = ${toml(options.cni.confDir)}
  max_conf_num = 1

[${cri}.registry]
  config_path = ${toml(options.registryConfigDir)}

[${cri}.containerd]
  snapshotter = ${toml(options.snapshotter)}
  default_runtime_name = "runc"

[${cri}.containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[${cri}.containerd.runtimes.runc.options]
  SystemdCgroup = false
`
}

/** JSON strings are TOML basic strings. */
export const toml = (text: string) => JSON.stringify(text)
