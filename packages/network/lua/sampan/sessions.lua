-- Clients that stay with an endpoint, by a cookie. In mode `balanced` it is a number from which the endpoint follows: a new
-- endpoint takes its share of the sessions. In mode `persistent` it stands for the endpoint itself.
local sessions = {}

-- Browsers that take `SameSite=None` for something else, or refuse the cookie (after Chromium's list).
local function misunderstands(agent)
  if agent:find '%(iP.+; CPU .*OS 12[_%d]*.*%) AppleWebKit/' then
    return true
  end
  if agent:find '%(Macintosh;.*Mac OS X 10_14[_%d]*.*%) AppleWebKit/' and agent:find 'Version/.* Safari/' then
    return true
  end
  local chrome = tonumber(agent:match 'Chrom[^ /]*/(%d+)')
  return chrome ~= nil and chrome >= 51 and chrome <= 66
end

local function set_cookie(wishes, value)
  local var = ngx.var
  local text = wishes.cookie .. '=' .. value .. wishes.attributes
  if wishes.expires then
    text = text .. '; Expires=' .. ngx.cookie_time(ngx.time() + wishes.expires)
  end
  if wishes.site and not (wishes.site_if and wishes.site == 'None' and misunderstands(var.http_user_agent or '')) then
    text = text .. '; SameSite=' .. wishes.site
  end
  -- Nothing said: as the connection is.
  if wishes.secure or (wishes.secure == nil and var.scheme == 'https') then
    text = text .. '; Secure'
  end
  var.affinity_cookie = text
end

local function given(wishes)
  local key = ngx.var['cookie_' .. wishes.cookie]
  return key and #key > 0 and #key <= 64 and key or nil
end

-- The text a session's endpoint follows from; nil where it is not chosen yet (`persistent`).
function sessions.key(wishes)
  local key = given(wishes)
  if not key and not wishes.persistent then
    key = ngx.md5(ngx.var.request_id)
    set_cookie(wishes, key)
  end
  return key
end

-- In mode `persistent`: what the balancer is told, for this very endpoint.
function sessions.endpoint(wishes, key, list)
  for _, one in ipairs(list) do
    if key and ngx.md5(one.text) == key then
      return '=' .. one.text
    end
  end
  local one = list[math.random(#list)]
  set_cookie(wishes, ngx.md5(one.text))
  return '=' .. one.text
end

return sessions
