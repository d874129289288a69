-- Picks the endpoint for a request: round robin, or the one an affinity key always meets. The next one is tried when a
-- connection fails; nginx itself sees to it that nothing is sent twice that must not be.
local balancer = require 'ngx.balancer'
local data = require 'sampan.data'

local turns = {}
local failed = {} -- address → when it may be tried again
local troubled = 0 -- until when `failed` matters
local patience = 1 -- seconds

local pick = {}

local function addresses(text)
  local list = {}
  for host, port in text:gmatch '(%S+):(%d+)' do
    list[#list + 1] = { host = host, port = tonumber(port), text = host .. ':' .. port }
  end
  return list
end

-- The endpoints of a service key; nil when the service is unknown, empty when nothing of it is ready.
function pick.endpoints(service)
  return data.get('e:' .. service, addresses)
end

local function next_in_turn(service, list, tried, now)
  local start = turns[service] or math.random(#list)
  local fallback
  for step = 1, #list do
    local index = (start + step - 1) % #list + 1
    local one = list[index]
    if not tried or not tried[one.text] then
      if (failed[one.text] or 0) <= now then
        turns[service] = index
        return one
      end
      fallback = fallback or { one, index }
    end
  end
  if fallback then
    turns[service] = fallback[2]
    return fallback[1]
  end
end

-- The endpoint with the highest score for this key: stays the same while the endpoint lives, whoever else comes and goes.
-- A key `=address` means this one, while it is there.
local function by_key(key, list, tried)
  local best, most
  for _, one in ipairs(key:byte() == 61 and list or {}) do
    if one.text == key:sub(2) and not tried[one.text] then
      return one
    end
  end
  for _, one in ipairs(list) do
    if not tried[one.text] then
      local score = ngx.crc32_long(key .. one.text)
      if not most or score > most then
        best, most = one, score
      end
    end
  end
  return best
end

-- The next endpoint in turn for a plain request, of a list with more than one.
function pick.another(service, list)
  local tried
  if balancer.get_last_failure() then
    -- There is no context: what failed before is what nginx says it tried.
    local last
    tried = {}
    for address in (ngx.var.upstream_addr or ''):gmatch '[^,%s]+' do
      tried[address] = true
      last = address
    end
    if last then
      troubled = ngx.now() + patience
      failed[last] = troubled
      ngx.log(ngx.CRIT, 'no answer from ', last, ', trying another') -- below CRIT `location /` says nothing
    end
  else
    balancer.set_more_tries(3)
    if troubled <= ngx.now() then
      local index = (turns[service] or math.random(#list)) % #list + 1
      turns[service] = index
      return list[index]
    end
  end
  local now = ngx.now()
  return next_in_turn(service, list, tried, now) or next_in_turn(service, list, nil, now)
end

function pick.run()
  local ctx = ngx.ctx
  local service = ctx.service
  local list = service and pick.endpoints(service)
  if not list or #list == 0 then
    return ngx.exit(503)
  end
  local now = ngx.now()
  local tried = ctx.tried
  if not tried then
    tried = {}
    ctx.tried = tried
    ctx.tries = 0
    local allowed = ctx.options and ctx.options.tries or 4
    balancer.set_more_tries(allowed - 1)
  elseif ctx.last and balancer.get_last_failure() then
    troubled = now + patience
    failed[ctx.last.text] = troubled
    tried[ctx.last.text] = true
  end
  local one = ctx.affinity and by_key(ctx.affinity, list, tried) or next_in_turn(service, list, tried, now)
  if not one then
    -- Every endpoint failed once. A connection kept open may simply have been closed by its server: start over.
    ctx.tried = {}
    one = next_in_turn(service, list, ctx.tried, now)
  end
  ctx.last = one
  ctx.tries = ctx.tries + 1
  local timeouts = ctx.options and ctx.options.timeouts
  if timeouts then
    balancer.set_timeouts(timeouts[1], timeouts[2], timeouts[3])
  end
  local done, problem = balancer.set_current_peer(one.host, one.port)
  if not done then
    ngx.log(ngx.ERR, 'endpoint ', one.text, ': ', problem)
    return ngx.exit(502)
  end
end

return pick
