# Delegates to CMake, so that node-gyp, node-gyp-build and prebuildify find the one build system.
{
  "targets": [
    {
      "target_name": "foretoken",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake",
          "inputs": ["CMakeLists.txt"],
          "outputs": ["build/Release/foretoken.node"],
          "action": ["node", "scripts/build.mjs", "--no-tests"]
        }
      ]
    }
  ]
}
