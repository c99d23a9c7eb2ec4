// Makers of the sandbox's answers.
#pragma once

#include "sandbox_psp/service.h"

namespace florin::sandbox_psp {

PspAnswer json_answer(int status, std::string body);
PspAnswer error_answer(int status, std::string_view code, std::string_view message);
PspAnswer dropped();

// The answer after the loss, which struck before (nothing was done) or after the work.
bool is_before(Loss loss);
PspAnswer lost_before(Loss loss);
PspAnswer with_loss_after(Loss loss, bool first, PspAnswer answer);

}  // namespace florin::sandbox_psp
