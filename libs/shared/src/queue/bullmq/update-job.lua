-- Replaces progress and data of BullMQ's job (both JSON) if they are not empty and the job still
-- exists. New data means that it was answered: its request needs no more decisions.
local function updateJob(job, progress, data)
  if progress == '' and data == '' then return end
  if redis.call('EXISTS', job) == 0 then return end
  if progress ~= '' then redis.call('HSET', job, 'progress', progress) end
  if data ~= '' then redis.call('HSET', job, 'data', data, 'request', '') end
end
