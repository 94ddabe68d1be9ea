"""Quality: how good the models in use are on labelled data, and what the usual stack of models costs beside them."""

from fastapi import APIRouter, Depends

from api.auth import require
from api.dependencies import ServiceOf
from voc.keys import Scope
from voc.quality import Quality

router = APIRouter(tags=["operations"], dependencies=[Depends(require(Scope.READ))])


@router.get("/v1/quality")
def quality(service: ServiceOf) -> Quality:
    """Return the scorecard that came with the models; what was never measured is null."""
    return service.quality
