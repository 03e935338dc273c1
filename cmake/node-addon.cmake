# The .node module. scripts/node-headers.mjs finds its headers on this machine, so nothing is downloaded.
set(FORETOKEN_NODE_HEADERS "" CACHE PATH "Folder of node_api.h")
set(FORETOKEN_ADDON_API_HEADERS "" CACHE PATH "Folder of napi.h")
if(NOT EXISTS "${FORETOKEN_NODE_HEADERS}/node_api.h" OR NOT EXISTS "${FORETOKEN_ADDON_API_HEADERS}/napi.h")
    message(FATAL_ERROR "FORETOKEN_NODE_HEADERS and FORETOKEN_ADDON_API_HEADERS are missing: build with scripts/build.mjs")
endif()

file(GLOB sources CONFIGURE_DEPENDS native/binding/*.cpp)
add_library(foretoken MODULE ${sources} ${CMAKE_JS_SRC})
target_link_libraries(foretoken PRIVATE foretoken_engine ${CMAKE_JS_LIB})
target_include_directories(foretoken SYSTEM PRIVATE ${FORETOKEN_ADDON_API_HEADERS} ${FORETOKEN_NODE_HEADERS})
target_compile_definitions(foretoken PRIVATE NAPI_VERSION=9 NAPI_CPP_EXCEPTIONS
                                             # An environment that shuts down throws nothing: do not terminate for it.
                                             NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
                                             FORETOKEN_LLAMA_CPP_RELEASE="${FORETOKEN_LLAMA_CPP_RELEASE}")
set_target_properties(foretoken PROPERTIES
    PREFIX "" SUFFIX ".node" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LIBRARY_OUTPUT_DIRECTORY ${FORETOKEN_OUTPUT_DIR} RUNTIME_OUTPUT_DIRECTORY ${FORETOKEN_OUTPUT_DIR})
if(FORETOKEN_LIBRARY_FOLDER)
    set_target_properties(foretoken PROPERTIES INSTALL_RPATH "$ORIGIN/${FORETOKEN_LIBRARY_FOLDER};$ORIGIN")
endif()
if(MSVC AND CMAKE_JS_NODELIB_DEF AND CMAKE_JS_NODELIB_TARGET)
    execute_process(COMMAND ${CMAKE_AR} /def:${CMAKE_JS_NODELIB_DEF} /out:${CMAKE_JS_NODELIB_TARGET}
                            ${CMAKE_STATIC_LINKER_FLAGS} COMMAND_ERROR_IS_FATAL ANY)
    # Electron's binary is not called node.exe: cmake-js's hook finds the process, but its flag is for shared libraries only.
    target_link_options(foretoken PRIVATE /DELAYLOAD:NODE.EXE)
    target_link_libraries(foretoken PRIVATE delayimp)
endif()
if(APPLE)
    target_link_options(foretoken PRIVATE -undefined dynamic_lookup)
endif()
foretoken_warnings(foretoken)

# Nothing links to the backend modules: they are found beside the addon when it runs.
add_dependencies(foretoken ggml)
