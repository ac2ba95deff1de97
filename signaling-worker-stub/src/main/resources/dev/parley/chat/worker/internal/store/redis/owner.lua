return run(function()
  require_owned(ARGV[3], ARGV[4])
  return {'OK'}
end)
