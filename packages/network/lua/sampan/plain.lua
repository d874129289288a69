-- The short way, which nearly every request goes: GET and HEAD to a route without wishes, chosen and passed on in one step
-- of nginx (`balancer_by_lua`), without a coroutine and a context. What it cannot do it hands back by exiting: nginx then
-- goes to `@choose`. Every line here is run for every request: measure before adding one.
local set_peer = require('ngx.balancer').set_current_peer
local balancer = require 'sampan.balancer'
local data = require 'sampan.data'
local router = require 'sampan.router'

local var, exit = ngx.var, ngx.exit
local version, find_host, find_path, is_closing = data.version, router.find_host, router.find_path, router.is_closing
local endpoints, another = balancer.endpoints, balancer.another

local busy = -3 -- nginx's NGX_BUSY, for which ngx has no name: no peer, and no other is tried

-- What is known at this version: hosts under their own name (others could be without number), lists of endpoints.
local known, hosts, lists = nil, {}, {} -- nginx may be asked before the engine spoke: then there is no version

return function()
  local current = version()
  if current ~= known then
    known, hosts, lists = current, {}, {}
  end
  local name = var.site -- empty for an upgrade, to WebSocket above all
  local host = hosts[name]
  if not host then
    host = name ~= '' and find_host(name)
    if not host then
      return exit(busy)
    end
    if host.name == name then
      hosts[name] = host
    end
  end
  local path = host.single or find_path(host, var.uri)
  if not path or not path.options.plain or is_closing() then
    return exit(busy)
  end
  local service = path.s
  local list = lists[service]
  if not list then
    list = endpoints(service)
    if not list or not list[1] then
      return exit(busy)
    end
    lists[service] = list
  end
  local one = list[2] and another(service, list) or list[1]
  local done, problem = set_peer(one.host, one.port)
  if not done then
    ngx.log(ngx.CRIT, 'endpoint ', one.text, ': ', problem)
    return exit(busy)
  end
end
