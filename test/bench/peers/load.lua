--[[
  What wrk sends, and what it says at the end: a line of JSON.
  wrk counts an answer as an error when its status is 400 or above.

  args[1] the body
]]
wrk.method = 'POST'

function init(args)
  wrk.body = args[1]
  request_bytes = wrk.format()
end

function request()
  return request_bytes
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  io.write(string.format(
    '{"requests":%d,"perSecond":%.2f,"p50Ms":%.4f,"p99Ms":%.4f,"errors":%d}\n',
    summary.requests, summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, failed))
end
