import { createHash } from 'node:crypto'
import { unreachable } from './external-names.ts'
import { type LuaModules, luaFolder } from './lua-modules.ts'
import { errorsLocation, headers, insideServer, location, passed, profiles } from './nginx-profiles.ts'

/** Where things are, as nginx sees them, and what it listens on. */
export interface NginxOptions {
  /** The folder shared with the engine. */
  folder: string
  /** Where nginx may keep request bodies and answers that are too long for memory. */
  temp: string
  http: number
  https: number
  workers: number
  /** Name server for external authentication. */
  resolver: string
  /** Lines before everything else: modules, in tests. */
  preamble?: string
  /** More search paths for Lua, in tests. */
  luaPath?: string
  luaCPath?: string
  /** The user workers run as; undefined leaves root (tests). */
  user?: string
  /** Ranges that no address in an annotation may lead to; others than usual in tests. */
  forbidden?: readonly string[]
}

/**
 * The whole configuration, for the Lua programs that `prepareFolder` puts beside it. It knows no host and no endpoint: those are data that the engine sends while nginx runs, so
 * routes and endpoints change without a reload, and no Ingress can spoil the file for the others.
 */
export function nginxConf(options: NginxOptions, lua: LuaModules): string {
  const {
    folder,
    temp,
    http,
    https,
    workers,
    resolver,
    preamble = '',
    luaPath = '',
    luaCPath = '',
    user,
    forbidden = unreachable,
  } = options
  return `${preamble}${user ? `user ${user};\n` : ''}worker_processes ${workers};
worker_shutdown_timeout 240s;
error_log stderr warn;
pcre_jit on;

events {
  worker_connections 16384;
  multi_accept on;
}

http {
  lua_package_path "${folder}/${luaFolder(lua)}/?.lua;${luaPath};;";
  lua_package_cpath "${luaCPath};;";
  lua_shared_dict data 128m;
  lua_shared_dict limits 16m;
  lua_shared_dict doors 4m;
  # Expressions of Ingresses: each is compiled once, and none may keep a worker busy for long.
  lua_regex_cache_max_entries 16384;
  lua_regex_match_limit 100000;
  init_by_lua_block {
    require('sampan.data').load('${folder}/state.json')
    -- Global, because calling require for each request would keep it from being compiled.
    router = require 'sampan.router'
    balancer = require 'sampan.balancer'
    plain = require 'sampan.plain'
    tls = require 'sampan.tls'
    answers = require 'sampan.answers'
    options = require 'sampan.options'
    require('sampan.resolve').use('${resolver}', { ${forbidden.map((one) => `'${one}'`).join(', ')} })
    control = require 'sampan.control'
  }
  init_worker_by_lua_block {
    math.randomseed(ngx.now() * 1000 + ngx.worker.pid())
    router.watch('@RUN@/ingress-closing')
  }

  client_body_temp_path ${temp}/body;
  proxy_temp_path ${temp}/proxy;
  fastcgi_temp_path ${temp}/fastcgi;
  uwsgi_temp_path ${temp}/uwsgi;
  scgi_temp_path ${temp}/scgi;
  server_tokens off;
  access_log off;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_timeout 75s;
  keepalive_requests 100000;
  reset_timedout_connection on;
  # Room for a whole request at once costs less than one more piece for nearly every request.
  connection_pool_size 4k;
  request_pool_size 8k;
  client_header_buffer_size 2k;
  large_client_header_buffers 8 16k;
  client_body_buffer_size 64k;
  client_max_body_size 0;
  http2_max_concurrent_streams 256;
  variables_hash_max_size 2048;
  types_hash_max_size 2048;
  default_type application/octet-stream;
  resolver ${resolver} valid=10s ipv6=off;

  # Requests that must not be sent twice never use a connection that its server may be closing at this moment.
  map $request_method $pool {
    default fresh;
    GET kept;
    HEAD kept;
    OPTIONS kept;
    PUT kept;
    DELETE kept;
  }
  map $http_upgrade $connection_wish {
    default upgrade;
    '' $connection_plain;
  }
  map $pool $connection_plain {
    kept '';
    default close;
  }
  # The host of a request that plain() may pass on: one variable for it is quicker than two.
  map $http_upgrade $site {
    '' $host;
    default '';
  }
  map $http_x_request_id $request_name {
    default $http_x_request_id;
    # $request_id would cost more than everything else together: it asks OpenSSL for random bytes.
    '' $msec-$pid-$connection-$connection_requests;
  }
  map $upstream_host $forward_host {
    default $upstream_host;
    '' $http_host;
  }

  upstream plain {
    server 0.0.0.1;
    balancer_by_lua_block { plain() }
    keepalive 320;
    keepalive_requests 100000;
    keepalive_timeout 60s;
  }
  upstream kept {
    server 0.0.0.1;
    balancer_by_lua_block { balancer.run() }
    keepalive 320;
    keepalive_requests 100000;
    keepalive_timeout 60s;
  }
  upstream inside {
    server unix:@RUN@/ingress-inside.sock;
  }
  upstream fresh {
    server 0.0.0.1;
    balancer_by_lua_block { balancer.run() }
  }

  proxy_http_version 1.1;
  proxy_connect_timeout 5s;
  proxy_send_timeout 60s;
  proxy_read_timeout 60s;
  proxy_buffer_size 16k;
  proxy_buffers 8 16k;
  proxy_busy_buffers_size 32k;
  proxy_max_temp_file_size 1024m;
  proxy_next_upstream error timeout;
  proxy_next_upstream_tries 4;
  proxy_redirect off;
  proxy_ssl_server_name on;
  proxy_ssl_name $host;
  proxy_ssl_verify off;
  grpc_connect_timeout 5s;
  grpc_send_timeout 60s;
  grpc_read_timeout 60s;
  grpc_buffer_size 16k;
  grpc_next_upstream error timeout;
  grpc_next_upstream_tries 4;
  grpc_ssl_server_name on;
  grpc_ssl_name $host;
${headers('proxy', 'special')}
${headers('grpc', 'grpc')}

  server {
    listen ${http} reuseport backlog=4096;
    listen ${https} ssl http2 reuseport backlog=4096;
    server_name _;

    ssl_certificate ${folder}/default.crt;
    ssl_certificate_key ${folder}/default.key;
    ssl_certificate_by_lua_block { tls.choose() }
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_session_cache shared:tls:10m;
    ssl_session_timeout 10m;
    ssl_session_tickets off;
    ssl_buffer_size 4k;

    recursive_error_pages on;
    error_page 400 502 503 504 @failed;
    location @failed {
${answering}
      uninitialized_variable_warn off;
      content_by_lua_block { answers.failed() }
    }

    # Requests without wishes (GET and HEAD, no upgrade) to routes without wishes: one step of Lua picks the route and the
    # endpoint, and nothing else is done. What plain() hands back (502 without an endpoint) and other methods (403) go to
    # @choose; nginx would write a line about each, so here it speaks of nothing less than crit.
    location / {
      limit_except GET {
        deny all;
      }
      error_log stderr crit;
      error_page 403 502 504 = @choose;
${headers('proxy', 'plain')}
      proxy_buffering off;
      proxy_pass http://plain;
    }

    # A closer look. What is set here is for the profiles, too: an internal redirect keeps variables and nothing else.
    location @choose {
      set $https_port ${https};
      set $service '';
      set $affinity '';
      set $timeouts '';
      set $tries '';
      set $profile http;
      set $upstream_host '';
      set $answer_headers '';
      set $head '';
      set $inner '';
      set $codes '';
      set $fallback '';
      set $source '';
      set $code '';
      set $limit_after '';
      set $counted '';
      set $auth_realm off;
      set $auth_file none;
      set $affinity_cookie '';
      set $cors_origin '';
      set $cors_vary '';
      set $cors_credentials '';
      set $cors_expose '';
      set $cors_methods '';
      set $cors_headers '';
      set $cors_age '';
      rewrite_by_lua_block { router.route() }
${answering}
${guarded(folder)}
${passed(profiles[0]!)}
    }

    location @closing {
      keepalive_timeout 0;
      rewrite_by_lua_block { router.go_on() }
    }

${profiles.map((one) => location(one, `${answering}\n${guarded(folder)}`)).join('\n')}
${errorsLocation(`${answering}\n${guarded(folder)}`)}
  }
${insideServer}

  # For the engine and for probes: never reachable from outside.
  server {
    listen unix:${folder}/control/@POD@.sock;
    client_max_body_size 0;
    client_body_buffer_size 16m;
    location = /state {
      content_by_lua_block { control.handle() }
    }
    location = /health {
      return 200 "ok\\n";
    }
  }
}
`
}

/** Headers of answers that Lua may have set by now; empty ones are not sent. */
const answering = `      add_header Set-Cookie $affinity_cookie always;
      add_header Access-Control-Allow-Origin $cors_origin always;
      add_header Vary $cors_vary always;
      add_header Access-Control-Allow-Credentials $cors_credentials always;
      add_header Access-Control-Expose-Headers $cors_expose always;
      add_header Access-Control-Allow-Methods $cors_methods always;
      add_header Access-Control-Allow-Headers $cors_headers always;
      add_header Access-Control-Max-Age $cors_age always;
      header_filter_by_lua_block { options.answering() }
      log_by_lua_block { options.done() }`

const guarded = (folder: string) => `      limit_rate_after $limit_after;
      auth_basic $auth_realm;
      auth_basic_user_file ${folder}/auth/$auth_file;`

/** What the pod reports back, to tell which configuration its result is about. */
export const confVersion = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16)
