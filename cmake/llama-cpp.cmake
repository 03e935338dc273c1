# llama.cpp as shared libraries under names of our own, so that another addon's llama.cpp in the same process cannot be
# mistaken for them; its backends as modules beside them.
set(FORETOKEN_LLAMA_CPP_DIR ${CMAKE_CURRENT_SOURCE_DIR}/native/llama.cpp CACHE PATH "llama.cpp's source tree")
file(READ native/llama-cpp.json pin)
string(JSON FORETOKEN_LLAMA_CPP_RELEASE GET "${pin}" release)

set(BUILD_SHARED_LIBS ON)
set(GGML_BACKEND_DL ON)
set(GGML_CCACHE OFF)
set(GGML_OPENMP ${FORETOKEN_OPENMP})
# Its products sum several rows in another order than one; what it is for beside them is native/kernels' work.
set(GGML_LLAMAFILE OFF)
# So would Apple's BLAS, which ggml takes on a Mac for 32 rows and more.
set(GGML_BLAS OFF)
# Devices. Metal is part of every Mac; for CUDA and Vulkan their toolkits have to be there.
set(GGML_METAL ${APPLE})
set(GGML_METAL_EMBED_LIBRARY ON)
set(GGML_CUDA ${FORETOKEN_CUDA})
set(GGML_CUDA_GRAPHS ON)
# Where the machine that builds has NCCL, every machine that runs the module would need it.
set(GGML_CUDA_NCCL OFF)
if(FORETOKEN_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES ${FORETOKEN_CUDA_ARCHITECTURES})
endif()
set(GGML_VULKAN ${FORETOKEN_VULKAN})
# Workers on other machines. RDMA would link to a library of the machine that built it.
set(GGML_RPC ON)
set(GGML_RPC_RDMA OFF)
# One CPU module for this machine, or one for each level of its architecture, chosen when it runs. llama.cpp refuses
# GGML_NATIVE for x86 modules, since their feature check needs a list; one for this machine needs none.
set(GGML_NATIVE OFF)
set(GGML_CPU_ALL_VARIANTS ${FORETOKEN_ALL_CPU_VARIANTS})
if(NOT FORETOKEN_ALL_CPU_VARIANTS AND NOT MSVC)
    set(native_module ON)
    foreach(feature SSE42 AVX AVX2 BMI2 FMA F16C)
        set(GGML_${feature} OFF)
    endforeach()
endif()
foreach(part TESTS SERVER APP UI COMMON TOOLS EXAMPLES)
    set(LLAMA_BUILD_${part} OFF)
endforeach()
set(LLAMA_OPENSSL OFF)
set(FORETOKEN_KERNELS_DIR ${CMAKE_CURRENT_SOURCE_DIR}/native/kernels)
set(FORETOKEN_ARCH_DIR ${CMAKE_CURRENT_SOURCE_DIR}/native/arch)

# Everything the addon loads lies in one folder and finds its neighbours there.
set(FORETOKEN_OUTPUT_DIR ${CMAKE_CURRENT_SOURCE_DIR}/build/$<CONFIG> CACHE STRING "Folder of the addon and its libraries")
# An expression, even an empty one, keeps generators of several configurations from appending theirs.
string(APPEND FORETOKEN_OUTPUT_DIR "$<0:>")
set(CMAKE_SKIP_BUILD_RPATH OFF)
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH $<IF:$<PLATFORM_ID:Darwin>,@loader_path,$ORIGIN>)
set(FORETOKEN_LIBRARY_FOLDER "" CACHE STRING "Folder beside the addon where its libraries may lie instead (prebuilds)")

add_subdirectory(${FORETOKEN_LLAMA_CPP_DIR} ${CMAKE_BINARY_DIR}/llama.cpp EXCLUDE_FROM_ALL)

function(foretoken_all_targets folder result)
    get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
    get_property(children DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
    foreach(child ${children})
        foretoken_all_targets(${child} more)
        list(APPEND targets ${more})
    endforeach()
    set(${result} ${targets} PARENT_SCOPE)
endfunction()

foretoken_all_targets(${FORETOKEN_LLAMA_CPP_DIR} targets)
foreach(target ${targets})
    get_target_property(type ${target} TYPE)
    if(type MATCHES "^(SHARED|MODULE|STATIC|OBJECT)_LIBRARY$|^EXECUTABLE$")
        # GCC's own AVX-512 headers warn thousands of times. nvcc takes -w, but /w for a file.
        target_compile_options(${target} PRIVATE $<IF:$<BOOL:${MSVC}>,$<$<COMPILE_LANGUAGE:C,CXX>:/w>,-w>)
        # Tools find the libraries by $ORIGIN too.
        set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${FORETOKEN_OUTPUT_DIR})
    endif()
    if(type MATCHES "^(SHARED|MODULE)_LIBRARY$")
        set_property(TARGET ${target} PROPERTY VERSION)
        set_property(TARGET ${target} PROPERTY SOVERSION)
        set_target_properties(${target} PROPERTIES
            LIBRARY_OUTPUT_DIRECTORY ${FORETOKEN_OUTPUT_DIR}
            RUNTIME_OUTPUT_DIRECTORY ${FORETOKEN_OUTPUT_DIR})
    endif()
endforeach()
if(native_module)
    target_compile_options(ggml-cpu PRIVATE -march=native)
endif()
if(TARGET ggml-cuda AND NOT FORETOKEN_ALL_CPU_VARIANTS)
    # This machine's toolkit may lie where the system does not look. Modules that travel must not name its folder.
    set_property(TARGET ggml-cuda APPEND PROPERTY INSTALL_RPATH $<TARGET_FILE_DIR:CUDA::cudart>)
endif()
if(FORETOKEN_SANITIZE AND NOT MSVC)
    target_compile_options(ggml-cpu PRIVATE -O3)  # twice as fast as at -O1
endif()
# The engine's AbortGuard throws through ggml's C frames.
target_compile_options(ggml-base PRIVATE $<$<AND:$<COMPILE_LANGUAGE:C>,$<NOT:$<BOOL:${MSVC}>>>:-fexceptions>)
foreach(target llama ggml ggml-base)
    set_target_properties(${target} PROPERTIES OUTPUT_NAME foretoken-${target})
endforeach()
foreach(target llama ggml ggml-base)
    get_target_property(folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
    set_target_properties(${target} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${folders}")
endforeach()
