// Where a unified cache keeps a batch's tokens; hooked in by native/patches/0005, the reasons are in docs/adr/0010.
#pragma once

#include "llama-batch.h"
#include "llama-kv-cells.h"

/**
 * Gives each token the first free cell behind its sequence's last one, so that a sequence's cells ascend with its
 * positions whatever its neighbours do. False, and no cells, where a sequence has none left behind its last.
 */
bool foretoken_ascending_cells(const llama_kv_cells & cells, const llama_ubatch & ubatch, std::vector<uint32_t> & out);
