# Warnings for our own targets.
function(foretoken_warnings target)
    if(MSVC)
        target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${FORETOKEN_WERROR}>:/WX>)
    else()
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                                                 $<$<BOOL:${FORETOKEN_WERROR}>:-Werror>)
    endif()
endfunction()
