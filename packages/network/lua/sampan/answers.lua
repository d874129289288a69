-- What people see when no app answers.
local answers = {}

local texts = {
  [400] = 'The request is not understood.',
  [403] = 'This address may not be used from where you are.',
  [404] = 'No app answers at this address.',
  [413] = 'The request is larger than this app accepts.',
  [421] = 'This connection was made for another name: try again.',
  [429] = 'Too many requests: try again in a moment.',
  [502] = 'The app closed the connection or gave an answer that cannot be read.',
  [503] = 'The app is known, but no instance of it is ready.',
  [504] = 'The app did not answer in time.',
}

function answers.say(status, why)
  ngx.status = status
  ngx.header['Content-Type'] = 'text/plain; charset=utf-8'
  if status == 503 or status == 429 then
    ngx.header['Retry-After'] = '1'
  end
  local text = why or texts[status] or 'The request failed.'
  ngx.say(status, ' ', text)
  return ngx.exit(ngx.HTTP_OK) -- the answer is complete
end

-- For a plain request that no endpoint answered. nginx itself kept quiet about it: see `location /`.
function answers.broken(tried)
  local var = ngx.var
  local status = tonumber((var.upstream_status or ''):match '(%d+)%D*$') or 502
  ngx.log(ngx.ERR, 'no answer from ', tried, ' (', var.upstream_status, ')')
  return answers.say(status)
end

-- For nginx's own failures: error_page leads here with the status still set.
function answers.failed()
  local status = tonumber(ngx.var.status) or ngx.status
  ngx.header['Content-Type'] = 'text/plain; charset=utf-8'
  ngx.say(status, ' ', texts[status] or 'The request failed.')
end

return answers
